/** The room page. */

import "../shared/toasts";
import "../widgets/index";
import "./room-page";

// After the page itself: it is for the next time. Without it, a page that is loaded again needs a line.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/offline.js", { scope: "/room" }).catch(() => {}));
}
