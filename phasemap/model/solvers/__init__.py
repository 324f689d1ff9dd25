"""What every solver comes with: a function that is imported when it is called, and papers to cite."""
