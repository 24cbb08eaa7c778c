import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { toProblem } from '@/api/problem';
import { documentQuery, promptsQuery } from '@/api/scenarios';
import { FocusReturn } from '@/ui/FocusReturn';
import { ErrorMessage, SkeletonLines } from '@/ui/states';

import { toSafeHtml } from './markdown';
import { TEXT } from './text';

const useStyles = makeStyles({
  drawer: { width: 'min(100vw, 760px)' },
  plain: { margin: 0, font: 'inherit', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  markdown: {
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: 'anywhere',
    '& pre': {
      padding: tokens.spacingHorizontalM,
      overflowX: 'auto',
      borderRadius: tokens.borderRadiusMedium,
      backgroundColor: tokens.colorNeutralBackground3,
    },
    '& code': { fontFamily: tokens.fontFamilyMonospace },
    '& a': { color: tokens.colorBrandForegroundLink },
    '& table': { borderCollapse: 'collapse' },
    '& th, & td': { padding: '4px 8px', border: `1px solid ${tokens.colorNeutralStroke2}` },
    '& img': { maxWidth: '100%' },
  },
});

interface Text {
  title: string;
  content: string;
  markdown: boolean;
}

/** The text of `runbooks/ID`, `tickets/ID` or `prompts/ID`. */
function useText(name: string, address: string) {
  const cut = address.indexOf('/');
  const [slot, id] = [address.slice(0, cut), address.slice(cut + 1)];
  const isPrompt = slot === 'prompts';
  const kind = slot === 'tickets' ? 'tickets' : 'runbooks';
  const document = useQuery({ ...documentQuery(name, kind, id), enabled: !isPrompt });
  const prompts = useQuery({ ...promptsQuery(name), enabled: isPrompt });
  const prompt = prompts.data?.find((each) => each.id === id);
  const found = isPrompt ? prompt && { ...prompt, title: prompt.name } : document.data;
  const text: Text | undefined = found && {
    title: found.title,
    content: found.content,
    markdown: kind === 'runbooks' && !isPrompt,
  };
  return { text, error: isPrompt ? prompts.error : document.error };
}

export default function Reader(props: { name: string; address: string; onClose: () => void }) {
  const styles = useStyles();
  const { text, error } = useText(props.name, props.address);
  const problem = error && toProblem(error);
  return (
    <OverlayDrawer
      open
      position="end"
      className={styles.drawer}
      onOpenChange={props.onClose}
      aria-label={text?.title ?? TEXT.loading}
    >
      <FocusReturn />
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label={TEXT.close}
              icon={<DismissRegular />}
              onClick={props.onClose}
            />
          }
        >
          {text?.title ?? TEXT.loading}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody tabIndex={0} role="region" aria-label="Text">
        {problem && (
          <ErrorMessage
            title={TEXT.partFailed(props.address)}
            detail={problem.detail}
            requestId={problem.requestId}
          />
        )}
        {!text && !problem && <SkeletonLines lines={10} label={TEXT.loading} />}
        {text &&
          (text.markdown ? <Markdown {...text} /> : <p className={styles.plain}>{text.content}</p>)}
      </DrawerBody>
    </OverlayDrawer>
  );
}

function Markdown({ title, content }: Text) {
  const html = useMemo(() => toSafeHtml(content, title), [content, title]);
  // oxlint-disable-next-line react/no-danger -- sanitised
  return <div className={useStyles().markdown} dangerouslySetInnerHTML={{ __html: html }} />;
}
