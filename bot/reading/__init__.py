"""Reading what was pasted: undo what it went through, find the outputs, read logs of any size."""
