/** How a question is asked whose answer cannot be undone: who only presses Enter does nothing. */
import type { ModalFuncProps } from "antd";

export const GRAVE = {
  okButtonProps: { danger: true },
  focusable: { autoFocusButton: "cancel" },
} as const satisfies ModalFuncProps;
