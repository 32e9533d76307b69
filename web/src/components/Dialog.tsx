/** A question with fields: the first of them has the focus, and whatever opened it has it after. */
import { Modal, type ModalProps } from "antd";
import { useEffect, useRef, useState, type ReactElement } from "react";

const FIELD = "input, textarea";

export function Dialog({ children, ...props }: ModalProps): ReactElement {
  const [opener] = useState(() => document.activeElement);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => () => (opener instanceof HTMLElement ? opener.focus() : undefined), [opener]);
  return (
    <Modal
      open
      afterOpenChange={() => body.current?.querySelector<HTMLElement>(FIELD)?.focus()}
      {...props}
    >
      <div ref={body}>{children}</div>
    </Modal>
  );
}
