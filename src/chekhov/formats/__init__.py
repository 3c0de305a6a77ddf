"""Others' files of stories."""
