"""The one tree of exceptions, ordered by the step that can fail.

    ZStackTicketError
    ├── UsageError              the caller's files or options are wrong        exit status 4
    │   ├── SettingsError       an option, environment variable or ini key
    │   ├── ProfileError        a profile file
    │   ├── ContextError        a context file
    │   ├── CatalogueError      a requirements.toml
    │   ├── WaiverError         a file of waivers
    │   ├── AdvisoryError       a list of advisories that is to be signed
    │   ├── PolicyError         a certification policy
    │   ├── FleetError          a fleet file, or a secret that it names
    │   └── KeyFileError        a key to sign or verify with
    ├── TargetError             the target cannot be examined                  exit status 11
    │   ├── UnreachableError    name, port, connection, time-out
    │   ├── TlsError            handshake or certificate
    │   ├── NotZStackError      something answers, but it is not a ZStack API
    │   ├── LoginError          the target refuses our credentials
    │   └── NoTicketServiceError  ZStack answers, but has no ticket API
    └── EvidenceError           a file of ours cannot be read or was changed   exit status 4

A violation by the target is an outcome or a finding, never an exception.
"""


class ZStackTicketError(Exception):
    """Root of all our errors. The message says what is wrong, where, and how to fix it."""


class UsageError(ZStackTicketError):
    """The caller's files or options are wrong."""


class SettingsError(UsageError):
    """An option, environment variable or ini key has a value that cannot be used."""


class ProfileError(UsageError):
    """A profile file is malformed; the message names line and field."""


class ContextError(UsageError):
    """A context file is malformed; the message names line and field."""


class CatalogueError(UsageError):
    """A requirement catalogue is malformed; the message names file and requirement."""


class WaiverError(UsageError):
    """A file of waivers is malformed; the message names line and field."""


class AdvisoryError(UsageError):
    """A list of advisories is malformed; the message names line and field."""


class PolicyError(UsageError):
    """A certification policy is malformed; the message names line and field."""


class FleetError(UsageError):
    """A fleet file is malformed, or a secret that it names cannot be found; the message holds no secret."""


class KeyFileError(UsageError):
    """A key cannot be used, or the extra for signing is not installed."""


class TargetError(ZStackTicketError):
    """The target cannot be tested, so there is no verdict. `cause` is a stable word for why, empty if unknown."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class UnreachableError(TargetError):
    """No connection to the target, or no answer in time."""


class TlsError(TargetError):
    """The TLS handshake failed or the certificate is not trusted."""


class NotZStackError(TargetError):
    """Something answers at the URL, but it is not a ZStack API."""


class LoginError(TargetError):
    """The target refuses the credentials."""


class NoTicketServiceError(TargetError):
    """ZStack answers, but it has no ticket API."""


class EvidenceError(ZStackTicketError):
    """A file of an earlier run cannot be read, is cut short or was changed."""


class LedgerError(EvidenceError):
    """A ledger cannot be written, so that nothing may be created, or cannot be read."""
