"""Networks of finite size."""
