/** Something is on its way: in the middle of the room that it will take. */
import { Spin } from "antd";
import type { ReactElement } from "react";
import css from "./Waiting.module.css";

export function Waiting(): ReactElement {
  return (
    <div className={css.waiting}>
      <Spin />
    </div>
  );
}
