"""How each domain error looks on the wire."""

from graph_query_api import errors
from scenario_pack.problems import PackError
from service_kit.forms import FileTooLarge, FormError, FormTimeout, NotMultipart
from service_kit.problems import ErrorKind, ErrorTable
from service_kit.storage import StorageFull, StorageUnavailable

ERRORS: ErrorTable = {
    errors.NotFound: ErrorKind(404, "Not found"),
    errors.ContainerForbidden: ErrorKind(403, "Container not served"),
    errors.InvalidRequest: ErrorKind(400, "Invalid request"),
    errors.QueryNotSupported: ErrorKind(400, "Query not supported"),
    errors.QueryRefused: ErrorKind(400, "Query refused"),
    errors.QueryTooSlow: ErrorKind(504, "Query too slow"),
    errors.QueryTooLarge: ErrorKind(413, "Query too large"),
    errors.QueryBusy: ErrorKind(503, "Query workers busy"),
    errors.BackendUnavailable: ErrorKind(422, "Backend unavailable"),
    errors.UploadRejected: ErrorKind(422, "Upload rejected"),
    errors.DocumentExists: ErrorKind(412, "Document exists"),
    errors.PreconditionFailed: ErrorKind(412, "Precondition failed"),
    errors.DocumentTooLarge: ErrorKind(413, "Document too large"),
    errors.ScenarioBusy: ErrorKind(409, "Scenario busy"),
    errors.ScenarioChanged: ErrorKind(409, "Scenario changed"),
    errors.ServiceKeyRequired: ErrorKind(401, "Service key required"),
    errors.NotReady: ErrorKind(503, "Not ready"),
    errors.StoreUnavailable: ErrorKind(503, "Store unavailable"),
    errors.StorageFull: ErrorKind(507, "Storage full"),
    NotMultipart: ErrorKind(400, "Not a multipart form"),
    FormError: ErrorKind(422, "Invalid form"),
    FormTimeout: ErrorKind(408, "Request timed out"),
    FileTooLarge: ErrorKind(413, "File too large"),
    StorageFull: ErrorKind(507, "Storage full"),
    StorageUnavailable: ErrorKind(503, "Storage unavailable"),
    PackError: ErrorKind(422, "Invalid pack"),
}
