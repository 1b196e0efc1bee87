"""The toy on paper: sheets in true size to print, cut out, fold and glue at home."""
