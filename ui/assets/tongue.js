/* Gradio's own words (the camera's, for one) come in the browser's language: on this page they come in the page's. */
"use strict";

Object.defineProperty(navigator, "language", { configurable: true, value: document.documentElement.lang });
Object.defineProperty(navigator, "languages", { configurable: true, value: [document.documentElement.lang] });
