"""What the tests measured is printed at the end of the run."""


def pytest_terminal_summary(terminalreporter):
    """Print what the tests measured; times are reported and never asserted."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {value}")
