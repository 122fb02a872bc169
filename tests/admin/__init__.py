"""What does Django admin show, refuse and do?"""
