"""What tasks touch and where they meet; pure."""
