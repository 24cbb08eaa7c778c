import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, BeakerRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';

import { toProblem } from '@/api/problem';
import { submitSample } from '@/api/sample';
import { ErrorMessage, StateMessage } from '@/ui/states';

import { BUILD, PACK, TEXT } from './text';

const useStyles = makeStyles({
  pack: {
    maxWidth: '520px',
    marginInline: 'auto',
    color: tokens.colorNeutralForeground2,
  },
  code: {
    margin: `${tokens.spacingVerticalS} 0`,
    padding: tokens.spacingHorizontalM,
    overflowX: 'auto',
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
});

export function EmptyState(props: { onAdd: () => void; onSubmitted: (jobId: string) => void }) {
  const styles = useStyles();
  const sample = useMutation({ mutationFn: submitSample, onSuccess: props.onSubmitted });
  const problem = sample.error && toProblem(sample.error);
  return (
    <>
      {problem && (
        <ErrorMessage
          title={TEXT.sampleFailed}
          detail={problem.detail}
          requestId={problem.requestId}
          onRetry={() => sample.mutate()}
        />
      )}
      <StateMessage
        title={TEXT.empty}
        actions={
          <>
            <Button appearance="primary" icon={<AddRegular />} onClick={() => props.onAdd()}>
              {TEXT.addScenario}
            </Button>
            <Button
              icon={<BeakerRegular />}
              onClick={() => sample.mutate()}
              disabledFocusable={sample.isPending}
            >
              {sample.isPending ? TEXT.loadingSample : TEXT.loadSample}
            </Button>
          </>
        }
      />
      <section className={styles.pack} aria-label="What a pack is">
        {TEXT.emptyPack}
        {[PACK, BUILD].map((text) => (
          <pre key={text} className={styles.code} translate="no">
            {text}
          </pre>
        ))}
      </section>
    </>
  );
}
