/** A choice of one of a few parts: a single stop of the Tab key, with a name of its own. */
import { Segmented, type SegmentedProps } from "antd";
import type { ReactElement } from "react";

type SegmentsProps<Value extends string> = Omit<SegmentedProps<Value>, "ref"> & {
  "aria-label": string;
};

export function Segments<Value extends string>(props: SegmentsProps<Value>): ReactElement {
  return <Segmented tabIndex={-1} {...props} />;
}
