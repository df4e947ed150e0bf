/** The page of a tutor's record. */

import "./tutor-page";
