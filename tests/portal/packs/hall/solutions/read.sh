cat flag
