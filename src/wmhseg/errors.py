"""The errors a user can meet; each class has its own exit code (see README, "Exit codes")."""


class WmhsegError(Exception):
    """Any error with a message for the user; `exit_code` is what the command returns."""

    exit_code = 1


class ArgumentsError(WmhsegError):
    """Arguments do not go together."""

    exit_code = 2


class InputError(WmhsegError):
    """An input file is missing, unreadable, or not a scan that can be segmented."""

    exit_code = 3


class RegistrationError(InputError):
    """FLAIR and T1 cannot be brought together: another head, too little of it, or no contrast."""


class BrainMaskError(WmhsegError):
    """No head was found in a scan, so it cannot be normalised."""

    exit_code = 4


class WeightsError(WmhsegError):
    """The weights are missing, changed, or do not fit the network."""

    exit_code = 5


class OutputError(WmhsegError):
    """The result cannot be written."""

    exit_code = 6


class ScansFailedError(WmhsegError):
    """Some scans of many failed; the others are done."""

    exit_code = 7
