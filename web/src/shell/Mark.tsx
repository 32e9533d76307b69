import type { ReactElement } from "react";

/** The mark of the range: a target that is also a node in a network. */
export function Mark({ size = 24 }: { size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="6" fill="#0b6477" />
      <g fill="none" stroke="#fff" strokeWidth="2">
        <circle cx="16" cy="16" r="9" />
        <circle cx="16" cy="16" r="3.5" fill="#f2b134" stroke="none" />
        <path d="M16 3v7M16 22v7M3 16h7M22 16h7" />
      </g>
    </svg>
  );
}
