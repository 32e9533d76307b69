/** A table of things that have an id; a long one comes in pages. */
import { Table, type TableProps } from "antd";
import type { ReactElement } from "react";

const PAGE = 50;

type Shared = "columns" | "className" | "locale" | "rowClassName";

interface RowTableProps<T> extends Pick<TableProps<T>, Shared> {
  rows: readonly T[];
}

export function RowTable<T extends { id: string }>(props: RowTableProps<T>): ReactElement {
  const { rows, ...look } = props;
  return (
    <Table<T>
      rowKey="id"
      size="middle"
      dataSource={[...rows]}
      pagination={rows.length > PAGE ? { pageSize: PAGE } : false}
      {...look}
    />
  );
}
