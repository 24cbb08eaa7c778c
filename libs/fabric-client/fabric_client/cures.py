"""What Fabric's errors mean for a person: each with what helps."""

from collections.abc import Mapping

from fabric_client.errors import (
    NAME_IN_USE,
    NAME_RESERVED,
    SCHEMAS_ENABLED,
    FabricError,
    FabricSignInFailed,
)

NO_ROLE = (
    "The identity may not do this. An admin of the workspace gives it the role Contributor, under "
    "Manage access."
)
SWITCHED_OFF = (
    "A Fabric administrator switches it on in the tenant settings: 'Users can create Fabric "
    "items', 'Users can create ontology (preview) items', for Graph the setting of that name, and "
    "for an application 'Service principals can call Fabric public APIs'. It takes up to an hour "
    "to work, and the capacity's region must offer it."
)
SIGN_IN = (
    "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or the managed identity, and "
    "that the secret has not expired."
)
PAUSED = "The workspace's capacity is paused. Resume it in the Azure portal, then try again."
NO_CAPACITY = (
    "The workspace has no capacity, so nothing of Fabric can be made or queried there. Assign it a "
    "Fabric or trial capacity in the workspace's settings."
)

_CURES: Mapping[str, str] = {
    "WorkspaceNotFound": "There is no workspace with this GUID, or the identity is no member of "
    "it. Compare the GUID with the address of the workspace's page, and have the identity added "
    "there, under Manage access.",
    "ItemNotFound": "It is gone from the workspace, or the identity may not see it.",
    "InsufficientPrivileges": NO_ROLE,
    "InsufficientWorkspaceRole": NO_ROLE,
    "FeatureNotAvailable": SWITCHED_OFF,
    "TenantSwitchDisabled": SWITCHED_OFF,
    "PrincipalTypeNotSupported": SWITCHED_OFF,
    "CapacityNotActive": PAUSED,
    "CapacityLimitExceeded": "The capacity has more to do than it can. Wait, or scale it up.",
    "Unreachable": "Check the network, and FABRIC_API_URL and FABRIC_CA_BUNDLE if they are set.",
    NAME_IN_USE: "Another item has this name. Rename or remove that, or choose another name.",
    NAME_RESERVED: "Fabric keeps the name of a deleted item for some minutes. Try again later.",
    SCHEMAS_ENABLED: "Choose the name of a lakehouse without schemas, or one that is not there "
    "yet: it is made without.",
    "WorkspaceItemsLimitExceeded": "The workspace is full; deleted items count until they are "
    "removed for good. Remove some, or take another workspace.",
}
_BY_STATUS: Mapping[int, str] = {
    401: SIGN_IN,
    403: NO_ROLE,
    404: _CURES["WorkspaceNotFound"],
    429: "Too many calls for now. Wait a minute, then try again.",
}


def cure(error: FabricError) -> str:
    """What helps; empty where the error says all that there is to say."""
    if isinstance(error, FabricSignInFailed):
        return "" if error.code == "NoIdentity" else SIGN_IN
    return _CURES.get(error.code) or _BY_STATUS.get(error.status, "")


def in_words(error: FabricError) -> str:
    """Cause and cure, as sentences."""
    cause = str(error).rstrip(".") + "."
    return f"{cause} {helps}" if (helps := cure(error)) else cause
