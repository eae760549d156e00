"""Tools of the build: the page, its licences, and the Node.js to build it with."""
