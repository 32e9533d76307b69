/** Starts a pack: alone, or for those who teach, as a class or a drill. */
import { PlayCircleFilled } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactElement } from "react";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import type { Pack } from "#/models/pack";
import { teaches } from "#/models/session";
import { usePresent } from "#/shell/SignedIn";
import css from "./pack.module.css";
import { SharedStart, type Shared } from "./SharedStart";
import { useStart } from "./start";

export function StartButtons({ pack }: { pack: Pack }): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [asked, setAsked] = useState<Shared | null>(null);
  const training = useStart(({ runs: [run] }) => (run ? `/runs/${run.id}` : "/runs"));
  return (
    <div className={css.start}>
      <Button
        type="primary"
        size="large"
        icon={<PlayCircleFilled />}
        loading={training.isPending}
        onClick={() => training.mutate({ kind: "training", pack: pack.name })}
      >
        {training.isPending ? t("library.starting") : t("library.start")}
      </Button>
      {teaches(account) ? (
        <>
          <Button size="large" onClick={() => setAsked("class")}>
            {t("library.class")}
          </Button>
          <Button size="large" onClick={() => setAsked("drill")}>
            {t("library.drill")}
          </Button>
        </>
      ) : null}
      {training.error ? <ProblemNote problem={asProblem(training.error)} /> : null}
      {asked ? <SharedStart kind={asked} pack={pack} onClose={() => setAsked(null)} /> : null}
    </div>
  );
}
