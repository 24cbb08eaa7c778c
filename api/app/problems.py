"""How each domain error looks on the wire. The only place that knows both sides."""

from app import errors
from service_kit.forms import FileTooLarge, FormError, FormTimeout, NotMultipart
from service_kit.problems import ErrorKind, ErrorTable
from service_kit.storage import StorageFull, StorageUnavailable

ERRORS: ErrorTable = {
    errors.InvalidSubmission: ErrorKind(422, "Invalid submission"),
    errors.IdempotencyMismatch: ErrorKind(422, "Idempotency key was used for another job"),
    errors.ScenarioBusy: ErrorKind(409, "Scenario has an active job"),
    errors.WorkspaceBusy: ErrorKind(409, "Workspace is being provisioned"),
    errors.JobNotFound: ErrorKind(404, "Job not found"),
    errors.JobConflict: ErrorKind(409, "Job state does not allow this"),
    errors.FilesGone: ErrorKind(409, "Files are no longer staged"),
    errors.InvalidQuery: ErrorKind(400, "Invalid list query"),
    errors.PreconditionFailed: ErrorKind(409, "Changed by somebody else"),
    errors.StoreUnavailable: ErrorKind(503, "Document store unavailable"),
    errors.NotReady: ErrorKind(503, "Not ready"),
    NotMultipart: ErrorKind(400, "Not a multipart form"),
    FormError: ErrorKind(422, "Invalid form"),
    FormTimeout: ErrorKind(408, "Request timed out"),
    FileTooLarge: ErrorKind(413, "File too large"),
    StorageFull: ErrorKind(507, "Storage full"),
    StorageUnavailable: ErrorKind(503, "Storage unavailable"),
}
