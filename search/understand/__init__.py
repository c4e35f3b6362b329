"""From a shopper's sentence to what is searched and to chips: filters and exclusions."""
