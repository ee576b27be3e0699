"""Contact plans as other programs write them: text in, records out, and back. No files."""
