"""One folder for each area of the policy; they never import each other."""
