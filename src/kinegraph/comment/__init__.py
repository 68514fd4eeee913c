"""The mutations of comments on movements (docs/domain.md, Comments). `workout` has their type and reads them."""
