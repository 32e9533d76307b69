/** The browsers in which the person is signed in, and the way to end all others. */
import { App, Button, Skeleton } from "antd";
import type { ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { usePresent } from "#/shell/SignedIn";
import { useTell } from "#/shell/tell";
import { useQuery } from "#/transport/hooks";
import * as people from "#/transport/people";
import css from "./profile.module.css";

export function OpenSessions(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const { message } = App.useApp();
  const moments = useMoments();
  const tell = useTell();
  const open = useQuery({
    queryKey: ["open-sessions"],
    queryFn: () => people.openSessions(account.id),
  });
  const end = async (): Promise<void> => {
    await people.endSessions(account.id);
    await open.refetch();
    message.success(t("people.profile.ended"));
  };
  if (open.error) return <Failed error={open.error} onRetry={() => void open.refetch()} />;
  if (!open.data) return <Skeleton active />;
  return (
    <>
      <ul className={css.sessions}>
        {open.data.map(({ used_at, current }, at) => (
          <li key={at}>
            {current ? <b>{t("people.profile.here")}</b> : t("people.profile.elsewhere")}
            <span>{t("people.profile.used", { at: moments.both(used_at) })}</span>
          </li>
        ))}
      </ul>
      <div>
        <Button danger disabled={open.data.length < 2} onClick={() => void tell(end)}>
          {t("people.profile.endOthers")}
        </Button>
      </div>
    </>
  );
}
