// A service worker
