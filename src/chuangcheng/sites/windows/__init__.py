"""What people say at service windows 政务窗口."""
