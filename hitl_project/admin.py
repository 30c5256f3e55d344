"""The admin site: its name and its index."""

from django.contrib.admin import AdminSite


class GatehouseAdminSite(AdminSite):
    """Where everything that exists can be found, understood and acted on."""

    site_header = "Gatehouse"
    site_title = "Gatehouse"
    index_title = "What needs attention"
