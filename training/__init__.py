"""Contrastive fine-tuning: pairs in, a better dual encoder out."""
