/** Does something and tells the person if it failed: cause and remedy. */
import { App } from "antd";
import { asProblem } from "#/components/Failed";
import { useProblemWords } from "#/components/ProblemNote";
import { Words } from "#/components/Words";
import { useTranslation } from "#/language";

export function useTell(): <T>(action: () => Promise<T>) => Promise<T | undefined> {
  const { notification } = App.useApp();
  const { t } = useTranslation();
  const words = useProblemWords();
  return async (action) => {
    try {
      return await action();
    } catch (error) {
      const { title, detail, remedy } = words(asProblem(error));
      const description = (
        <>
          {detail ? (
            <p>
              <Words text={detail} />
            </p>
          ) : null}
          {remedy ? (
            <p>
              <strong>
                {t("problem.remedy")}
                {t("colon")}
              </strong>
              <Words text={remedy} />
            </p>
          ) : null}
        </>
      );
      notification.error({ title, description, role: "alert" });
      return undefined;
    }
  };
}
