"""Tables and figures: data, comparison, the paper's experiment, speed."""
