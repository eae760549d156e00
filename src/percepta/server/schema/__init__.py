"""What travels over HTTP, as pydantic models; the page's types are generated from them."""
