/** The audit page. */

import "../shared/toasts";
import "./audit-page";
