"""Our network where others would use it: one library a file, none of them needed elsewhere."""
