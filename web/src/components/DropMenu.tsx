/** A button's menu: whoever opened it by keyboard is in it at once, and at the button again after. */
import { Dropdown, type DropdownProps } from "antd";
import { useRef, type ReactElement } from "react";

const MANNER: DropdownProps = { trigger: ["click"], autoFocus: true };

export function DropMenu(props: DropdownProps): ReactElement {
  const opener = useRef<Element | null>(null);
  const follow = (open: boolean): void => {
    const { activeElement } = document;
    if (open) opener.current = activeElement;
    else if (activeElement?.closest("[role=menu]") && opener.current instanceof HTMLElement) {
      opener.current.focus();
    }
  };
  return <Dropdown {...MANNER} onOpenChange={follow} {...props} />;
}
