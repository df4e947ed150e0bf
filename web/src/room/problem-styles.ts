import { css } from "lit";

export const problemStyles = css`
  section {
    padding: 12px 16px 14px;
    display: grid;
    gap: 8px;
    justify-items: start;
  }
  .prompt {
    font-size: 1.08rem;
    font-weight: 550;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  form {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    width: 100%;
  }
  .answer {
    flex: 1 1 140px;
    max-width: 260px;
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 38px;
    padding: 6px 12px;
    border: 1px solid var(--ly-line-strong);
    border-radius: var(--ly-radius-small);
    cursor: pointer;
  }
  label:has(:checked) {
    border-color: var(--ly-accent);
    background: var(--ly-accent-soft);
  }
  .result .pill {
    font-size: 0.9rem;
    padding: 5px 12px;
  }
  .hints {
    display: grid;
    gap: 5px;
    width: 100%;
  }
  .hints li {
    display: flex;
    gap: 8px;
    align-items: baseline;
    padding: 6px 10px;
    border-radius: var(--ly-radius-small);
    background: var(--ly-warn-soft);
    color: var(--ly-warn);
    font-size: 0.92rem;
  }
  .hints svg {
    flex: none;
    translate: 0 2px;
  }
`;
