/** The room page. */

import "../shared/toasts";
import "../widgets/index";
import "./room-page";
