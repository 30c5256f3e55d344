"""API keys: an integrator's key works within its gates, a personal key has its person's rights and
no more.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

from gates import actors
from gates.models.audit import Audited
from gates.models.gate import Gate


class ApiKeyManager(BaseAPIKeyManager):
    """Makes keys that keep a number of their own as primary key; the secret is returned once and
    stored hashed.
    """

    def assign_key(self, obj: AbstractAPIKey) -> str:
        """Give `obj` a fresh secret and return it."""
        key, obj.prefix, obj.hashed_key = self.key_generator.generate()
        return str(key)


class ApiKey(AbstractAPIKey, Audited):
    """A bearer key. `owner` is the person of a personal key, or who answers for an integrator's."""

    class Kind(models.TextChoices):
        """What the key may do."""

        INTEGRATOR = "integrator", _("integrator")
        PERSONAL = "personal", _("personal")

    # The library's own key is a text with the hash in it: too long for every review to point at.
    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.INTEGRATOR)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="api_keys",
        verbose_name=_("owner"),
    )
    all_gates = models.BooleanField(_("all gates"), default=False)
    gates = models.ManyToManyField(Gate, blank=True, related_name="keys", verbose_name=_("gates"))

    objects = ApiKeyManager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="integrator")
                | Q(kind="personal", owner__isnull=False, all_gates=False),
                name="gates_key_personal_has_an_owner",
            ),
        )

    def __str__(self) -> str:
        return str(self.name)

    @property
    def personal(self) -> bool:
        """True if the key acts as its owner."""
        return self.kind == self.Kind.PERSONAL

    def actor(self) -> actors.Actor:
        """As whom the key acts."""
        if self.personal and self.owner is not None:
            return actors.person(self.owner.pk, self.owner.get_username())
        return actors.integrator(self.pk, self.name)

    def reaches(self, gate: Gate) -> bool:
        """True if the gate is in the key's scope."""
        return self.all_gates or self.gates.filter(pk=gate.pk).exists()
