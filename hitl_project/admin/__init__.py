"""The admin site: the centre, where whatever exists can be found, understood and acted on."""

from hitl_project.admin.site import GatehouseAdminSite

__all__ = ["GatehouseAdminSite"]
