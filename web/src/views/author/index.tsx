/** The author's view: a pack's files, what a strict reader says, its world, its proof. */
import type { ReactElement } from "react";
import { useParams } from "react-router";
import { FailedPage } from "#/components/Failed";
import { Waiting } from "#/components/Waiting";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { AuthorPage } from "./AuthorPage";

export function Component(): ReactElement {
  const { pack = "" } = useParams();
  const files = useQuery({ queryKey: ["files", pack], queryFn: () => portal.files(pack) });
  if (files.error) return <FailedPage error={files.error} onRetry={() => void files.refetch()} />;
  if (!files.data) return <Waiting />;
  return <AuthorPage key={pack} pack={pack} files={files.data} />;
}
