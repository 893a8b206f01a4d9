"""Writing plans: `writing` (drafts and their text), `keeping` (publishing, checking, wishes)."""
