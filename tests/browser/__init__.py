"""What a student sees: notebooks in a real JupyterLab, driven by mouse and keyboard."""
