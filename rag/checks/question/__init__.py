"""What the question asks for, and a sentence or its quotes fail to bring. Pure."""
