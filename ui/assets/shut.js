/* Shuts what a content security policy leaves open: direct lines to other machines, and going to other pages. It runs
   before every other script. It stops what a library might do by habit; a script that was smuggled in and knows of this
   could get round it, and the policy is what keeps such scripts out. */
"use strict";

(() => {
  const LINES = ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "WebSocketStream"];
  for (const name of LINES) delete window[name];

  const ours = (address) => {
    try {
      return new URL(address, document.baseURI).origin === location.origin;
    } catch {
      return false;
    }
  };
  const refuse = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  const open = window.open.bind(window);
  window.open = (address = "", ...rest) => (ours(address) ? open(address, ...rest) : null);
  window.navigation?.addEventListener("navigate", (event) => {
    if (event.cancelable && !ours(event.destination.url)) refuse(event);
  });
  const onLink = (event) => {
    const link = event.composedPath().find((part) => part instanceof Element && part.matches("a[href], area[href]"));
    if (link && !link.hasAttribute("download") && !ours(link.href)) refuse(event);
  };
  for (const kind of ["click", "auxclick"]) window.addEventListener(kind, onLink, true);

  /* The policy stops forms and frames too, but only after the browser has knocked at the other's door. */
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    if (ours(this.action)) submit.call(this);
  };
  window.addEventListener("submit", (event) => ours(event.target.action) || refuse(event), true);
  const source = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "src");
  Object.defineProperty(HTMLIFrameElement.prototype, "src", {
    ...source,
    set(address) {
      if (ours(address)) source.set.call(this, address);
    },
  });
})();
