<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>RateCurve</name>
    <message>
        <source>Learning rate over the run</source>
        <translation>실행 동안의 학습률</translation>
    </message>
</context>
<context>
    <name>RunSpec</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>No</source>
        <translation>아니요</translation>
    </message>
</context>
<context>
    <name>TableRows</name>
    <message>
        <source>(none)</source>
        <translation>(없음)</translation>
    </message>
</context>
<context>
    <name>bridge</name>
    <message>
        <source>There is not enough memory for this. Use a smaller batch, a shorter max_length or LoRA.</source>
        <translation>메모리가 모자랍니다. 배치를 줄이거나 max_length를 줄이거나 LoRA를 쓰십시오.</translation>
    </message>
    <message>
        <source>Something went wrong inside Lathe: %1. Please report it with this sentence.</source>
        <translation>Lathe 안에서 문제가 생겼습니다: %1. 이 문장을 함께 알려 주십시오.</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>준비 중</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>멈추는 중</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>중단됨</translation>
    </message>
</context>
<context>
    <name>lathe::app::JobFeed</name>
    <message>
        <source>step</source>
        <translation>단계</translation>
    </message>
</context>
<context>
    <name>lathe::bridge::Runs</name>
    <message>
        <source>A run is working already. Two at once would slow each other down. Wait for it or stop it first.</source>
        <translation>이미 실행 중인 작업이 있습니다. 둘을 함께 돌리면 서로 느려집니다. 기다리거나 먼저 멈추십시오.</translation>
    </message>
</context>
<context>
    <name>lathe::panels</name>
    <message>
        <source>Sample</source>
        <translation>표본 추출</translation>
    </message>
    <message>
        <source>Draw tokens by probability instead of taking the likeliest.</source>
        <translation>가장 그럴듯한 토큰 대신 확률에 따라 뽑습니다.</translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation>멈출 글</translation>
    </message>
    <message>
        <source>The answer ends before any of these texts; \n is a line end.</source>
        <translation>이 글 가운데 하나가 나오기 전에 답이 끝납니다. \n은 줄 끝입니다.</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>가장 긴 답</translation>
    </message>
    <message>
        <source>In tokens.</source>
        <translation>토큰 수.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>Below 1 is safer, above 1 is wilder.</source>
        <translation>1보다 낮으면 안전하고 높으면 자유롭습니다.</translation>
    </message>
    <message>
        <source>Top p</source>
        <translation>Top p</translation>
    </message>
    <message>
        <source>Only the likeliest tokens that make up this share.</source>
        <translation>이 비율을 이루는 가장 그럴듯한 토큰만.</translation>
    </message>
    <message>
        <source>Top k</source>
        <translation>Top k</translation>
    </message>
    <message>
        <source>Only the k likeliest tokens; 0 = all.</source>
        <translation>가장 그럴듯한 k개만. 0은 모두.</translation>
    </message>
    <message>
        <source>Min p</source>
        <translation>Min p</translation>
    </message>
    <message>
        <source>Only tokens at least this likely beside the likeliest; 0 = off.</source>
        <translation>가장 그럴듯한 토큰에 견주어 이만큼 그럴듯한 토큰만. 0은 끔.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The same seed gives the same answer.</source>
        <translation>시드가 같으면 답도 같습니다.</translation>
    </message>
    <message>
        <source>Beams</source>
        <translation>빔</translation>
    </message>
    <message>
        <source>Keeps this many candidates and gives the best whole answer; costs as many times the work.</source>
        <translation>이만큼의 후보를 두고 가장 좋은 답 전체를 냅니다. 그만큼 계산이 늘어납니다.</translation>
    </message>
    <message>
        <source>Length penalty</source>
        <translation>길이 벌점</translation>
    </message>
    <message>
        <source>Above 0 favours longer answers.</source>
        <translation>0보다 크면 긴 답을 선호합니다.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>반복 벌점</translation>
    </message>
    <message>
        <source>Above 1 makes tokens that were there less likely.</source>
        <translation>1보다 크면 이미 나온 토큰이 덜 나옵니다.</translation>
    </message>
    <message>
        <source>No repeated n-grams</source>
        <translation>n-그램 반복 금지</translation>
    </message>
    <message>
        <source>Runs of this many tokens never come twice; 0 = off.</source>
        <translation>이 길이의 토큰 묶음은 두 번 나오지 않습니다. 0은 끔.</translation>
    </message>
    <message>
        <source>Likeliest</source>
        <translation>가장 그럴듯하게</translation>
    </message>
    <message>
        <source>Four beams</source>
        <translation>빔 네 개</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>균형</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>창의적</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>one rater</source>
        <translation>평가자 한 명</translation>
    </message>
    <message>
        <source>%1 of 20 shared pairs</source>
        <translation>함께 본 쌍 20개 가운데 %1개</translation>
    </message>
    <message>
        <source>The place seems to decide: one side wins more often than chance.</source>
        <translation>자리가 판단을 정하는 듯합니다. 한쪽이 우연보다 자주 이깁니다.</translation>
    </message>
    <message>
        <source>You judge the same pair differently the second time. Take more time, or write guidelines down.</source>
        <translation>같은 쌍을 두 번째에는 다르게 판단합니다. 시간을 더 들이거나 지침을 적어 두십시오.</translation>
    </message>
    <message>
        <source>The longer answer mostly wins. A reward model may learn length instead of quality.</source>
        <translation>긴 답이 대부분 이깁니다. 보상 모델이 질 대신 길이를 배울 수 있습니다.</translation>
    </message>
    <message>
        <source>%1 long pairs were judged in less than a second.</source>
        <translation>긴 쌍 %1개를 1초도 안 되어 판단했습니다.</translation>
    </message>
    <message>
        <source>Some judgements contradict each other: A over B, B over C, C over A.</source>
        <translation>서로 어긋나는 판단이 있습니다: A가 B보다, B가 C보다, C가 A보다 낫다고 했습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::AnswerCard</name>
    <message>
        <source>This one is better   ← 1</source>
        <translation>이쪽이 낫다   ← 1</translation>
    </message>
    <message>
        <source>This one is better   → 2</source>
        <translation>이쪽이 낫다   → 2</translation>
    </message>
    <message>
        <source>(an empty answer)</source>
        <translation>(빈 답)</translation>
    </message>
    <message>
        <source>%1 of 10</source>
        <translation>10점 가운데 %1점</translation>
    </message>
</context>
<context>
    <name>lathe::panels::AnswerPane</name>
    <message>
        <source>Model of pane %1</source>
        <translation>%1번 칸의 모델</translation>
    </message>
    <message>
        <source>How the answer is shown</source>
        <translation>답을 보이는 방식</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Beams</source>
        <translation>빔</translation>
    </message>
    <message>
        <source>Close this pane</source>
        <translation>이 칸 닫기</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>답</translation>
    </message>
    <message>
        <source>The answer comes here.</source>
        <translation>답이 여기에 나옵니다.</translation>
    </message>
    <message>
        <source>Working …</source>
        <translation>작업 중 …</translation>
    </message>
    <message>
        <source>%1 tokens, %2 tokens/s%3</source>
        <translation>토큰 %1개, 초당 %2개%3</translation>
    </message>
    <message>
        <source>, stopped</source>
        <translation>, 멈춤</translation>
    </message>
    <message>
        <source>%1   %2</source>
        <translation>%1   %2</translation>
    </message>
    <message>
        <source>No label reaches its threshold.</source>
        <translation>문턱값에 닿는 라벨이 없습니다.</translation>
    </message>
    <message>
        <source>Predicted: %1</source>
        <translation>예측: %1</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>멈췄습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::BatchProof</name>
    <message>
        <source>Prove 8 = 4 × 2</source>
        <translation>8 = 4 × 2 증명</translation>
    </message>
    <message>
        <source>Compare f32 and bf16</source>
        <translation>f32와 bf16 비교</translation>
    </message>
    <message>
        <source>Computes the gradients of 8 rows at once and of 4 rows twice, and shows how far they are apart. Nothing is trained.</source>
        <translation>8행을 한 번에, 4행을 두 번 계산한 그래디언트를 견주어 차이를 보여 줍니다. 학습은 하지 않습니다.</translation>
    </message>
    <message>
        <source>Computes one batch in both and shows how far loss and gradients are apart. Nothing is trained.</source>
        <translation>배치 하나를 두 정밀도로 계산해 손실과 그래디언트의 차이를 보여 줍니다. 학습은 하지 않습니다.</translation>
    </message>
    <message>
        <source>Computing …</source>
        <translation>계산 중 …</translation>
    </message>
    <message>
        <source>%1 rows at once: loss %2. %3 × %4 summed: loss %5. The gradients differ by %6 of their norm (largest entry %7): %8.</source>
        <translation>%1행을 한 번에: 손실 %2. %3 × %4 합산: 손실 %5. 그래디언트 차이는 노름의 %6(가장 큰 값 %7): %8.</translation>
    </message>
    <message>
        <source>rounding only</source>
        <translation>반올림 오차뿐</translation>
    </message>
    <message>
        <source>more than rounding</source>
        <translation>반올림 오차보다 큼</translation>
    </message>
    <message>
        <source>%1 rows: loss %2 in f32, %3 in bf16. The gradients point the same way to %4; their difference is %5 of the norm. bf16 is %6 × as fast and its weights take %7 instead of %8.</source>
        <translation>%1행: 손실은 f32에서 %2, bf16에서 %3. 그래디언트 방향의 일치도는 %4, 차이는 노름의 %5입니다. bf16은 %6배 빠르고 가중치는 %8 대신 %7입니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::BeamList</name>
    <message>
        <source>Beam</source>
        <translation>빔</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>점수</translation>
    </message>
</context>
<context>
    <name>lathe::panels::CheckpointsPage</name>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>에폭</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>지표</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Try in the playground</source>
        <translation>놀이터에서 써 보기</translation>
    </message>
    <message>
        <source>best</source>
        <translation>최고</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ColumnDialog</name>
    <message>
        <source>Add a column</source>
        <translation>열 추가</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>틀</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>끼워 넣기</translation>
    </message>
    <message>
        <source>Where a cell is blank</source>
        <translation>칸이 비었을 때</translation>
    </message>
    <message>
        <source>leave the sentence out</source>
        <translation>그 문장을 뺍니다</translation>
    </message>
    <message>
        <source>write a placeholder</source>
        <translation>대신 쓸 글을 넣습니다</translation>
    </message>
    <message>
        <source>leave it empty</source>
        <translation>비워 둡니다</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Placeholder</source>
        <translation>대신 쓸 글</translation>
    </message>
    <message>
        <source>Row shown</source>
        <translation>보이는 행</translation>
    </message>
    <message>
        <source>Row </source>
        <translation>행 </translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>미리 보기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Add column</source>
        <translation>열 추가</translation>
    </message>
    <message>
        <source>Give the column a name.</source>
        <translation>열에 이름을 붙이십시오.</translation>
    </message>
    <message>
        <source>There is a column %1 already.</source>
        <translation>%1 열이 이미 있습니다.</translation>
    </message>
    <message>
        <source>Write the text with {column} where a cell belongs.</source>
        <translation>칸이 들어갈 자리에 {열 이름}을 써서 글을 적으십시오.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::DataPanel</name>
    <message>
        <source>No dataset yet</source>
        <translation>아직 데이터가 없습니다</translation>
    </message>
    <message>
        <source>Import a CSV, TSV, JSONL or Parquet file, or drop one here. Nothing leaves this machine.</source>
        <translation>CSV, TSV, JSONL, Parquet 파일을 가져오거나 여기에 놓으십시오. 아무것도 이 컴퓨터를 떠나지 않습니다.</translation>
    </message>
    <message>
        <source>Import a file</source>
        <translation>파일 가져오기</translation>
    </message>
    <message>
        <source>Load the samples</source>
        <translation>예제 불러오기</translation>
    </message>
    <message>
        <source>%1 was removed.</source>
        <translation>%1을(를) 지웠습니다.</translation>
    </message>
    <message>
        <source>Characters</source>
        <translation>글자</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Ctrl+O</source>
        <translation>Ctrl+O</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>바꾸기</translation>
    </message>
    <message>
        <source>&amp;Add a column …</source>
        <translation>열 추가(&amp;A) …</translation>
    </message>
    <message>
        <source>&amp;Filter rows …</source>
        <translation>행 거르기(&amp;F) …</translation>
    </message>
    <message>
        <source>&amp;Split …</source>
        <translation>나누기(&amp;S) …</translation>
    </message>
    <message>
        <source>&amp;Undo the last change</source>
        <translation>마지막 변경 되돌리기(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Remove the dataset</source>
        <translation>데이터 지우기(&amp;R)</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Train on it</source>
        <translation>이것으로 훈련</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>History</source>
        <translation>이력</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source>The whole row</source>
        <translation>행 전체</translation>
    </message>
    <message>
        <source>The chosen row in full</source>
        <translation>고른 행 전체</translation>
    </message>
    <message>
        <source>Lengths counted in</source>
        <translation>길이를 세는 단위</translation>
    </message>
    <message>
        <source>Maximum length in tokens</source>
        <translation>토큰 최대 길이</translation>
    </message>
    <message>
        <source>Undo the last change of the dataset</source>
        <translation>데이터의 마지막 변경 되돌리기</translation>
    </message>
    <message>
        <source>%1 rows, %2 columns, from %3</source>
        <translation>행 %1개, 열 %2개, 출처 %3</translation>
    </message>
    <message>
        <source>%1  %2, %3 rows</source>
        <translation>%1  %2, 행 %3개</translation>
    </message>
    <message>
        <source>%1 rows, %2 columns. Click a column&apos;s name for what is in it.</source>
        <translation>행 %1개, 열 %2개. 열 이름을 누르면 내용을 보여 줍니다.</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv *.txt *.jsonl *.ndjson *.parquet);;All files (*)</source>
        <translation>표 (*.csv *.tsv *.txt *.jsonl *.ndjson *.parquet);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>The column was added.</source>
        <translation>열을 추가했습니다.</translation>
    </message>
    <message>
        <source>%1 rows were kept.</source>
        <translation>행 %1개를 남겼습니다.</translation>
    </message>
    <message>
        <source>Made %1.</source>
        <translation>%1을(를) 만들었습니다.</translation>
    </message>
    <message>
        <source>Export %1</source>
        <translation>%1 내보내기</translation>
    </message>
    <message>
        <source>CSV, exact (*.csv)</source>
        <translation>CSV, 그대로 (*.csv)</translation>
    </message>
    <message>
        <source>CSV, safe for spreadsheets (*.csv)</source>
        <translation>CSV, 스프레드시트에 안전하게 (*.csv)</translation>
    </message>
    <message>
        <source>JSON lines (*.jsonl)</source>
        <translation>JSON 줄 (*.jsonl)</translation>
    </message>
    <message>
        <source>Parquet (*.parquet)</source>
        <translation>Parquet (*.parquet)</translation>
    </message>
    <message>
        <source>Written to %1.</source>
        <translation>%1에 썼습니다.</translation>
    </message>
    <message>
        <source>The split is in the column %1.</source>
        <translation>나눈 결과는 %1 열에 있습니다.</translation>
    </message>
    <message>
        <source>%1 rows repeat an earlier one in every cell.</source>
        <translation>%1행은 앞의 행과 모든 칸이 같습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::DeduplicatePanel</name>
    <message>
        <source>Save report</source>
        <translation>보고서 저장</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
    <message>
        <source>Makes a new version of the dataset without the removed rows; it can be undone</source>
        <translation>지운 행이 없는 새 판을 만듭니다. 되돌릴 수 있습니다</translation>
    </message>
    <message>
        <source>No dataset yet</source>
        <translation>아직 데이터가 없습니다</translation>
    </message>
    <message>
        <source>Texts that say the same teach a model nothing new and leak between training and validation.</source>
        <translation>같은 말을 하는 글은 모델에 새것을 가르치지 않고, 훈련과 검증 사이로 새어 나갑니다.</translation>
    </message>
    <message>
        <source>Import a file</source>
        <translation>파일 가져오기</translation>
    </message>
    <message>
        <source>Load the sample catalogue</source>
        <translation>예제 목록 불러오기</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>견줄 것</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>With {column} where a cell belongs.</source>
        <translation>칸이 들어갈 자리에 {열 이름}.</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>인코더</translation>
    </message>
    <message>
        <source>Turns texts into vectors; the cosine of two says how alike they are.</source>
        <translation>글을 벡터로 바꿉니다. 두 벡터의 코사인이 얼마나 닮았는지 말해 줍니다.</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>Pairs with other labels are marked.</source>
        <translation>라벨이 다른 쌍에 표시합니다.</translation>
    </message>
    <message>
        <source>Find similar rows</source>
        <translation>비슷한 행 찾기</translation>
    </message>
    <message>
        <source>Nothing compared yet</source>
        <translation>아직 견준 것이 없습니다</translation>
    </message>
    <message>
        <source>All pairs are found once; then every position of the slider is answered at once.</source>
        <translation>모든 쌍을 한 번 찾고 나면 슬라이더의 모든 위치에 바로 답합니다.</translation>
    </message>
    <message>
        <source>no column</source>
        <translation>열 없음</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>멈췄습니다.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>%1 pairs above %2 in %3.</source>
        <translation>%2 위로 %1쌍, %3.</translation>
    </message>
    <message>
        <source>%1 has %2 rows now.</source>
        <translation>%1은(는) 이제 행이 %2개입니다.</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>보고서 저장</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Written to %1.</source>
        <translation>%1에 썼습니다.</translation>
    </message>
    <message>
        <source>Label separator</source>
        <translation>라벨 구분자</translation>
    </message>
    <message>
        <source>What stands between two labels of a cell.</source>
        <translation>한 칸의 두 라벨 사이에 있는 것.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ExportCard</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>Number type</source>
        <translation>수 형식</translation>
    </message>
    <message>
        <source>Export …</source>
        <translation>내보내기 …</translation>
    </message>
    <message>
        <source>Hugging Face folder</source>
        <translation>Hugging Face 폴더</translation>
    </message>
    <message>
        <source>PEFT adapter</source>
        <translation>PEFT 어댑터</translation>
    </message>
    <message>
        <source>Merged Hugging Face folder</source>
        <translation>합친 Hugging Face 폴더</translation>
    </message>
    <message>
        <source>GGUF file</source>
        <translation>GGUF 파일</translation>
    </message>
    <message>
        <source>Export %1</source>
        <translation>%1 내보내기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::FilterDialog</name>
    <message>
        <source>Keep rows where …</source>
        <translation>이런 행만 남기기 …</translation>
    </message>
    <message>
        <source>And …</source>
        <translation>그리고 …</translation>
    </message>
    <message>
        <source>Capital letters count</source>
        <translation>대소문자 구별</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Keep these rows</source>
        <translation>이 행 남기기</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>조건</translation>
    </message>
    <message>
        <source>contains</source>
        <translation>포함</translation>
    </message>
    <message>
        <source>does not contain</source>
        <translation>포함하지 않음</translation>
    </message>
    <message>
        <source>is</source>
        <translation>같음</translation>
    </message>
    <message>
        <source>is not</source>
        <translation>같지 않음</translation>
    </message>
    <message>
        <source>begins with</source>
        <translation>으로 시작</translation>
    </message>
    <message>
        <source>is blank</source>
        <translation>비어 있음</translation>
    </message>
    <message>
        <source>is not blank</source>
        <translation>비어 있지 않음</translation>
    </message>
    <message>
        <source>is less than</source>
        <translation>보다 작음</translation>
    </message>
    <message>
        <source>is greater than</source>
        <translation>보다 큼</translation>
    </message>
    <message>
        <source>is longer than (characters)</source>
        <translation>보다 긺 (글자)</translation>
    </message>
    <message>
        <source>is shorter than (characters)</source>
        <translation>보다 짧음 (글자)</translation>
    </message>
    <message>
        <source>matches the pattern</source>
        <translation>패턴과 맞음</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>%1 rows in all</source>
        <translation>모두 %1행</translation>
    </message>
    <message>
        <source>Keeps %1 of %2 rows.</source>
        <translation>%2행 가운데 %1행을 남깁니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ForecastCard</name>
    <message>
        <source>Forecast</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>Time one batch</source>
        <translation>배치 하나 재기</translation>
    </message>
    <message>
        <source>Loads the model and trains one batch without keeping it, to say how long an epoch takes</source>
        <translation>모델을 불러 배치 하나를 훈련해 보고(남기지 않음) 한 에폭에 얼마나 걸리는지 말합니다</translation>
    </message>
    <message>
        <source>Rows to train / validate</source>
        <translation>훈련 / 검증 행</translation>
    </message>
    <message>
        <source>Trainable parameters</source>
        <translation>훈련할 매개변수</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Time per epoch</source>
        <translation>에폭당 시간</translation>
    </message>
    <message>
        <source>Computed in</source>
        <translation>계산 정밀도</translation>
    </message>
    <message>
        <source>Learning rate over the run</source>
        <translation>실행 동안의 학습률</translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>%1 (%2 an epoch)</source>
        <translation>%1 (에폭당 %2)</translation>
    </message>
    <message>
        <source>Weights %1, gradients %2, optimiser %3, activations %4. A checkpoint takes %5 on disk.</source>
        <translation>가중치 %1, 기울기 %2, 옵티마이저 %3, 활성값 %4. 체크포인트 하나는 디스크에서 %5을(를) 차지합니다.</translation>
    </message>
    <message>
        <source>not timed yet</source>
        <translation>아직 재지 않음</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>약 %1</translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <translation>%2에서 %1</translation>
    </message>
    <message>
        <source>Timing …</source>
        <translation>재는 중 …</translation>
    </message>
    <message>
        <source>max_length</source>
        <translation>max_length</translation>
    </message>
    <message>
        <source>dynamic</source>
        <translation>동적</translation>
    </message>
    <message>
        <source>grouped by length</source>
        <translation>길이별 묶음</translation>
    </message>
    <message>
        <source>packed</source>
        <translation>packed</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>배치 방식</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>패딩</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>에폭</translation>
    </message>
    <message>
        <source>about %1, then %2</source>
        <translation>약 %1, 그다음 %2</translation>
    </message>
    <message>
        <source>From the second epoch on the frozen layers&apos; output comes from the cache.</source>
        <translation>두 번째 에폭부터 고정된 층의 출력은 캐시에서 옵니다.</translation>
    </message>
    <message>
        <source>Padding is computed for nothing. “Time one batch” adds the seconds.</source>
        <translation>패딩은 헛되이 계산됩니다. “배치 하나 재기”를 누르면 시간이 나옵니다.</translation>
    </message>
    <message>
        <source>Timed with these settings on one batch.</source>
        <translation>이 설정으로 배치 하나를 재었습니다.</translation>
    </message>
    <message>
        <source>Scaled by the work of these settings from the batch timed before.</source>
        <translation>앞서 잰 배치에서 이 설정의 계산량에 맞춰 환산했습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::GridDialog</name>
    <message>
        <source>Train a grid</source>
        <translation>격자로 학습</translation>
    </message>
    <message>
        <source>One run for each combination of these values; everything else as in the form. Values stand with commas between; none switches a setting off.</source>
        <translation>아래 값의 조합마다 한 번씩 실행합니다. 나머지는 양식에 적힌 대로입니다. 값 사이에 쉼표를 쓰고, none은 그 설정을 끕니다.</translation>
    </message>
    <message>
        <source>Another setting</source>
        <translation>설정 추가</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>such as %1</source>
        <translation>예: %1</translation>
    </message>
    <message>
        <source>values with commas between</source>
        <translation>쉼표로 나눈 값</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Write values for at least one setting.</source>
        <translation>적어도 한 설정의 값을 적으십시오.</translation>
    </message>
    <message numerus="yes">
        <source>Train %n runs</source>
        <translation>
            <numerusform>%n개 실행 학습</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::panels::GridPage</name>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>에폭</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>걸린 시간</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Compare the best</source>
        <translation>가장 좋은 것 비교</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>CSV로 저장</translation>
    </message>
    <message>
        <source>Results of the grid</source>
        <translation>격자의 결과</translation>
    </message>
    <message>
        <source>highest first</source>
        <translation>높은 값부터</translation>
    </message>
    <message>
        <source>lowest first</source>
        <translation>낮은 값부터</translation>
    </message>
    <message>
        <source>%1: %2 of %3 runs are finished. By %4 on the validation rows, %5; a run&apos;s other figures are of the same evaluation.</source>
        <translation>%1: 실행 %3개 가운데 %2개가 끝났습니다. 검증 행의 %4 기준, %5. 한 실행의 다른 수치도 같은 평가의 것입니다.</translation>
    </message>
    <message>
        <source>Save the table</source>
        <translation>표 저장</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Saved %1.</source>
        <translation>%1에 저장했습니다.</translation>
    </message>
    <message>
        <source>%1 could not be written. %2. Choose another place.</source>
        <translation>%1을(를) 쓸 수 없습니다. %2. 다른 곳을 고르십시오.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::HealthCard</name>
    <message>
        <source>The reward rose from %1 to %2.</source>
        <translation>보상이 %1에서 %2(으)로 올랐습니다.</translation>
    </message>
    <message>
        <source>The reward stays near %1.</source>
        <translation>보상이 %1 근처에 머뭅니다.</translation>
    </message>
    <message>
        <source>The reward fell from %1 to %2: lower the learning rate.</source>
        <translation>보상이 %1에서 %2(으)로 떨어졌습니다. 학습률을 낮추십시오.</translation>
    </message>
    <message>
        <source>KL is %1, within its target of %2.</source>
        <translation>KL은 %1, 목표 %2 안에 있습니다.</translation>
    </message>
    <message>
        <source>KL is %1, above its target of %2: raise the coefficient.</source>
        <translation>KL은 %1, 목표 %2을(를) 넘습니다. 계수를 올리십시오.</translation>
    </message>
    <message>
        <source>KL runs away: %1, past %2. Pause and raise the coefficient.</source>
        <translation>KL이 달아납니다: %1, 한계 %2. 일시 정지하고 계수를 올리십시오.</translation>
    </message>
    <message>
        <source>KL is negative (%1): look for a sampling filter or another temperature.</source>
        <translation>KL이 음수입니다(%1). 표본 추출 필터나 다른 온도가 있는지 보십시오.</translation>
    </message>
    <message>
        <source>Entropy is %1 nats a token; the answers still vary.</source>
        <translation>엔트로피는 토큰당 %1 nats이고, 답이 아직 다양합니다.</translation>
    </message>
    <message>
        <source>Entropy fell from %1 to %2: the answers become alike.</source>
        <translation>엔트로피가 %1에서 %2(으)로 떨어졌습니다. 답이 서로 비슷해집니다.</translation>
    </message>
    <message>
        <source>Entropy collapsed from %1 to %2: nothing new is tried any more.</source>
        <translation>엔트로피가 %1에서 %2(으)로 무너졌습니다. 더는 새로운 답이 나오지 않습니다.</translation>
    </message>
    <message>
        <source>Entropy grew from %1 to %2: the answers become noise.</source>
        <translation>엔트로피가 %1에서 %2(으)로 커졌습니다. 답이 잡음이 되어 갑니다.</translation>
    </message>
    <message>
        <source>%1 of the tokens reach the clip.</source>
        <translation>토큰의 %1이(가) 자르기 범위에 닿습니다.</translation>
    </message>
    <message>
        <source>%1 of the tokens reach the clip: the steps are large.</source>
        <translation>토큰의 %1이(가) 자르기 범위에 닿습니다. 걸음이 큽니다.</translation>
    </message>
    <message>
        <source>%1 of the tokens reach the clip: lower the learning rate or the PPO epochs.</source>
        <translation>토큰의 %1이(가) 자르기 범위에 닿습니다. 학습률이나 PPO 에폭을 줄이십시오.</translation>
    </message>
    <message>
        <source>The value loss is %1 (%2 at first).</source>
        <translation>가치 손실은 %1입니다(처음 %2).</translation>
    </message>
    <message>
        <source>The value loss grew from %1 to %2: advantages become unreliable.</source>
        <translation>가치 손실이 %1에서 %2(으)로 커졌습니다. 이득을 믿기 어려워집니다.</translation>
    </message>
    <message>
        <source>Answers have %1 tokens, as at first.</source>
        <translation>답은 처음처럼 %1토큰입니다.</translation>
    </message>
    <message>
        <source>Answers went from %1 to %2 tokens: read some samples.</source>
        <translation>답이 %1에서 %2토큰으로 바뀌었습니다. 표본을 읽어 보십시오.</translation>
    </message>
    <message>
        <source>Reward comes with length (%1 to %2 tokens): read some samples.</source>
        <translation>보상이 길이에서 옵니다(%1에서 %2토큰). 표본을 읽어 보십시오.</translation>
    </message>
    <message>
        <source>Reward comes with brevity (%1 to %2 tokens): read some samples.</source>
        <translation>보상이 짧음에서 옵니다(%1에서 %2토큰). 표본을 읽어 보십시오.</translation>
    </message>
    <message>
        <source>%1 of the answers end by themselves.</source>
        <translation>답의 %1이(가) 스스로 끝납니다.</translation>
    </message>
    <message>
        <source>Only %1 of the answers end by themselves: allow more tokens, or set the penalty.</source>
        <translation>답의 %1만 스스로 끝납니다. 토큰을 더 허락하거나 벌점을 정하십시오.</translation>
    </message>
    <message>
        <source>Answers that end fell from %1 to %2: set the missing end penalty.</source>
        <translation>끝나는 답이 %1에서 %2(으)로 줄었습니다. 끝이 없는 답의 벌점을 정하십시오.</translation>
    </message>
    <message>
        <source>good</source>
        <translation>좋음</translation>
    </message>
    <message>
        <source>take care</source>
        <translation>주의</translation>
    </message>
    <message>
        <source>bad</source>
        <translation>나쁨</translation>
    </message>
    <message>
        <source>How it goes</source>
        <translation>진행 상태</translation>
    </message>
    <message>
        <source>The first lights come after %1 updates.</source>
        <translation>첫 신호는 갱신 %1번 뒤에 나옵니다.</translation>
    </message>
    <message>
        <source>Change the KL coefficient</source>
        <translation>KL 계수 바꾸기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ImportDialog</name>
    <message>
        <source>tab</source>
        <translation>탭</translation>
    </message>
    <message>
        <source>space</source>
        <translation>공백</translation>
    </message>
    <message>
        <source>Import %1</source>
        <translation>%1 가져오기</translation>
    </message>
    <message>
        <source>First rows</source>
        <translation>처음 행들</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Find out</source>
        <translation>알아내기</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>인코딩</translation>
    </message>
    <message>
        <source>Delimiter</source>
        <translation>구분자</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Quotes</source>
        <translation>따옴표</translation>
    </message>
    <message>
        <source>First row names the columns</source>
        <translation>첫 행이 열 이름</translation>
    </message>
    <message>
        <source>No header</source>
        <translation>머리글 없음</translation>
    </message>
    <message>
        <source>Header</source>
        <translation>머리글</translation>
    </message>
    <message>
        <source>Lines above</source>
        <translation>위의 줄</translation>
    </message>
    <message>
        <source>Keep, filled up</source>
        <translation>채워서 남기기</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>빼기</translation>
    </message>
    <message>
        <source>Rows that do not fit</source>
        <translation>맞지 않는 행</translation>
    </message>
    <message>
        <source>delimiter %1</source>
        <translation>구분자 %1</translation>
    </message>
    <message>
        <source>no quotes</source>
        <translation>따옴표 없음</translation>
    </message>
    <message>
        <source>quotes %1</source>
        <translation>따옴표 %1</translation>
    </message>
    <message>
        <source>with a header</source>
        <translation>머리글 있음</translation>
    </message>
    <message>
        <source>without a header</source>
        <translation>머리글 없음</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) above the table</source>
        <translation>
            <numerusform>표 위에 %n줄</numerusform>
        </translation>
    </message>
    <message>
        <source>Found: %1.</source>
        <translation>찾음: %1.</translation>
    </message>
    <message>
        <source>line %1: %2 (%3)</source>
        <translation>%1번째 줄: %2 (%3)</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>남김</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>뺌</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) do not fit:</source>
        <translation>
            <numerusform>%n행이 맞지 않습니다:</numerusform>
        </translation>
    </message>
    <message>
        <source>Give the dataset a name.</source>
        <translation>데이터에 이름을 붙이십시오.</translation>
    </message>
    <message>
        <source>%1 rows were imported; %2 of the rows that do not fit were left out.</source>
        <translation>%1행을 가져왔습니다. 맞지 않는 행 가운데 %2행은 뺐습니다.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelBars</name>
    <message>
        <source>Probabilities of labels</source>
        <translation>라벨의 확률</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelCanvas</name>
    <message>
        <source>The pair to judge</source>
        <translation>판단할 쌍</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>Left answer</source>
        <translation>왼쪽 답</translation>
    </message>
    <message>
        <source>Right answer</source>
        <translation>오른쪽 답</translation>
    </message>
    <message>
        <source>Note on this pair</source>
        <translation>이 쌍의 메모</translation>
    </message>
    <message>
        <source>A note on this pair; Enter keeps it, Esc leaves it</source>
        <translation>이 쌍의 메모. Enter는 남기고 Esc는 그만둡니다</translation>
    </message>
    <message>
        <source>Undo   ⌫</source>
        <translation>되돌리기   ⌫</translation>
    </message>
    <message>
        <source>Equal   3</source>
        <translation>똑같이 좋음   3</translation>
    </message>
    <message>
        <source>Both bad   4</source>
        <translation>둘 다 나쁨   4</translation>
    </message>
    <message>
        <source>Skip   Space</source>
        <translation>건너뛰기   Space</translation>
    </message>
    <message>
        <source>Flag   F</source>
        <translation>표시   F</translation>
    </message>
    <message>
        <source>Note   N</source>
        <translation>메모   N</translation>
    </message>
    <message>
        <source>Which answer is better?</source>
        <translation>어느 답이 낫습니까?</translation>
    </message>
    <message>
        <source>Rate the left answer: 1 to 9, 0 is ten</source>
        <translation>왼쪽 답의 점수: 1~9, 0은 10점</translation>
    </message>
    <message>
        <source>Rate the right answer: 1 to 9, 0 is ten</source>
        <translation>오른쪽 답의 점수: 1~9, 0은 10점</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelCurve</name>
    <message>
        <source>Needs rows with and without the label</source>
        <translation>라벨이 있는 행과 없는 행이 모두 필요합니다</translation>
    </message>
    <message>
        <source>%1 %2, %3 %4 from a probability of %5 on</source>
        <translation>%1 %2, %3 %4 (확률 %5부터)</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelOverlapView</name>
    <message>
        <source>Labels that occur together</source>
        <translation>함께 나타나는 라벨</translation>
    </message>
    <message>
        <source>%1 rows have %2</source>
        <translation>%2: %1행</translation>
    </message>
    <message>
        <source>%1 rows have both %2 and %3: %4 of %2</source>
        <translation>%2와(과) %3이(가) 함께 있는 행 %1개: %2의 %4</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelTable</name>
    <message>
        <source>Label</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>Support</source>
        <translation>행 수</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>예측 수</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>정밀도</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>재현율</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>ROC-AUC</source>
        <translation>ROC-AUC</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>문턱값</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LabelsPage</name>
    <message>
        <source>Labels</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>What the slider moves</source>
        <translation>슬라이더가 움직이는 것</translation>
    </message>
    <message>
        <source>One threshold for all</source>
        <translation>모두 같은 문턱값</translation>
    </message>
    <message>
        <source>One a label</source>
        <translation>라벨마다 따로</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>문턱값</translation>
    </message>
    <message>
        <source>Best F1</source>
        <translation>최고 F1</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Back to what is kept with the model</source>
        <translation>모델과 함께 보관된 값으로 되돌립니다</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>보관</translation>
    </message>
    <message>
        <source>False positive rate</source>
        <translation>거짓 양성률</translation>
    </message>
    <message>
        <source>True positive rate</source>
        <translation>참 양성률</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>재현율</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>정밀도</translation>
    </message>
    <message>
        <source>Most wrong</source>
        <translation>가장 틀린 예</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>놓침</translation>
    </message>
    <message>
        <source>Wrongly given</source>
        <translation>잘못 붙임</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>맞음</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>Together</source>
        <translation>함께</translation>
    </message>
    <message>
        <source>The thresholds are kept with the model. Predictions use them from now on.</source>
        <translation>문턱값을 모델과 함께 보관했습니다. 이제부터 예측에 쓰입니다.</translation>
    </message>
    <message>
        <source>%1 of %2: %3</source>
        <translation>%2의 %1: %3</translation>
    </message>
    <message>
        <source>ROC</source>
        <translation>ROC</translation>
    </message>
    <message>
        <source>Precision and recall</source>
        <translation>정밀도와 재현율</translation>
    </message>
    <message>
        <source>Jaccard %1   ·   F1 micro %2, macro %3, samples %4   ·   Precision %5   ·   Recall %6   ·   Exact rows %7   ·   %8 labels a row</source>
        <translation>자카드 %1   ·   F1 micro %2, macro %3, samples %4   ·   정밀도 %5   ·   재현율 %6   ·   완전 일치 %7   ·   행당 라벨 %8개</translation>
    </message>
    <message>
        <source>The run changes its model still</source>
        <translation>실행이 아직 모델을 바꾸고 있습니다</translation>
    </message>
    <message>
        <source>Writes them beside the model, where prediction reads them</source>
        <translation>예측이 읽는 모델 옆에 씁니다</translation>
    </message>
    <message>
        <source>The run has no finished model</source>
        <translation>완성된 모델이 없는 실행입니다</translation>
    </message>
    <message>
        <source>One label a row: the likeliest counts.</source>
        <translation>행마다 라벨 하나: 가장 확률이 높은 것입니다.</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>남김</translation>
    </message>
    <message>
        <source>Choose a label</source>
        <translation>라벨을 고르세요</translation>
    </message>
    <message>
        <source>The data of this run is not there any more.</source>
        <translation>이 실행의 데이터가 더는 없습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LatexPanel</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Beams</source>
        <translation>빔</translation>
    </message>
    <message numerus="yes">
        <source>%n beam(s)</source>
        <translation>
            <numerusform>빔 %n개</numerusform>
        </translation>
    </message>
    <message>
        <source>Check a table</source>
        <translation>표 확인</translation>
    </message>
    <message>
        <source>English</source>
        <translation>영어</translation>
    </message>
    <message>
        <source>English text</source>
        <translation>영어 글</translation>
    </message>
    <message>
        <source>Say a formula in words. It is converted when you pause.</source>
        <translation>수식을 말로 적으십시오. 멈추면 바꿉니다.</translation>
    </message>
    <message>
        <source>Example</source>
        <translation>예</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>바꾸기</translation>
    </message>
    <message>
        <source>Ctrl+Return</source>
        <translation>Ctrl+Return</translation>
    </message>
    <message>
        <source>Formula</source>
        <translation>수식</translation>
    </message>
    <message>
        <source>Other beams</source>
        <translation>다른 빔</translation>
    </message>
    <message>
        <source>take one</source>
        <translation>하나 고르기</translation>
    </message>
    <message>
        <source>LaTeX source</source>
        <translation>LaTeX 원문</translation>
    </message>
    <message>
        <source>The formula&apos;s source; edit it and the picture follows.</source>
        <translation>수식의 원문입니다. 고치면 그림이 따라옵니다.</translation>
    </message>
    <message>
        <source>Copy TeX</source>
        <translation>TeX 복사</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>그림 복사</translation>
    </message>
    <message>
        <source>Keep as correct</source>
        <translation>맞는 것으로 남기기</translation>
    </message>
    <message>
        <source>Adds this pair to the dataset for the next training</source>
        <translation>다음 훈련에 쓸 데이터에 이 쌍을 더합니다</translation>
    </message>
    <message>
        <source>Convert now</source>
        <translation>지금 바꾸기</translation>
    </message>
    <message>
        <source>Take one of the other beams</source>
        <translation>다른 빔 하나 고르기</translation>
    </message>
    <message>
        <source>Converting with %1 …</source>
        <translation>%1(으)로 바꾸는 중 …</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>초당 토큰 %1개</translation>
    </message>
    <message>
        <source>The model answered with nothing. Train it on the sample first, or choose a trained model.</source>
        <translation>모델이 아무 답도 하지 않았습니다. 먼저 예제로 훈련하거나 훈련한 모델을 고르십시오.</translation>
    </message>
    <message>
        <source>There is no dataset to put the pair into. Import one with the columns %1 and %2 first.</source>
        <translation>이 쌍을 넣을 데이터가 없습니다. 먼저 %1 열과 %2 열이 있는 데이터를 가져오십시오.</translation>
    </message>
    <message>
        <source>Added to %1, which has %2 rows now.</source>
        <translation>%1에 더했습니다. 이제 %2행입니다.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LayerTree</name>
    <message>
        <source>Layers that are trained</source>
        <translation>훈련하는 층</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
</context>
<context>
    <name>lathe::panels::LeakCheck</name>
    <message>
        <source>Leakage check</source>
        <translation>누출 검사</translation>
    </message>
    <message>
        <source>Rows that say the same on both sides make a validation look better than it is.</source>
        <translation>같은 말을 하는 행이 양쪽에 있으면 검증 결과가 실제보다 좋아 보입니다.</translation>
    </message>
    <message>
        <source>Groups on more than one side</source>
        <translation>여러 쪽에 걸친 묶음</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>묶음</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Move each group to the side that holds most of it</source>
        <translation>묶음마다 가장 많이 들어 있는 쪽으로 옮기기</translation>
    </message>
    <message>
        <source>With {column} where a cell belongs.</source>
        <translation>칸이 들어갈 자리에 {열 이름}.</translation>
    </message>
    <message>
        <source>Similar above</source>
        <translation>비슷함의 기준</translation>
    </message>
    <message>
        <source>Find similar rows</source>
        <translation>비슷한 행 찾기</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>인코더</translation>
    </message>
    <message>
        <source>An encoder is needed; add one in Models.</source>
        <translation>인코더가 필요합니다. 모델에서 추가하세요.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>No group of similar rows lies on more than one side.</source>
        <translation>여러 쪽에 걸친 비슷한 행의 묶음이 없습니다.</translation>
    </message>
    <message>
        <source>train</source>
        <translation>훈련</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>test</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Chosen: all its rows go to %1</source>
        <translation>고르면 모든 행이 %1 쪽으로 갑니다</translation>
    </message>
    <message>
        <source>row %1, %2</source>
        <translation>%1행, %2</translation>
    </message>
    <message>
        <source>Groups of similar rows that lie on more than one side: %1, with %2 rows.</source>
        <translation>여러 쪽에 걸친 비슷한 행의 묶음: %1개, 행 %2개.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ModelsPanel</name>
    <message>
        <source>language model</source>
        <translation>언어 모델</translation>
    </message>
    <message>
        <source>classifier</source>
        <translation>분류기</translation>
    </message>
    <message>
        <source>reward model</source>
        <translation>보상 모델</translation>
    </message>
    <message>
        <source>encoder</source>
        <translation>인코더</translation>
    </message>
    <message>
        <source>came with Lathe</source>
        <translation>Lathe에 들어 있음</translation>
    </message>
    <message>
        <source>trained here</source>
        <translation>여기서 훈련</translation>
    </message>
    <message>
        <source>added</source>
        <translation>추가함</translation>
    </message>
    <message>
        <source>Add folder</source>
        <translation>폴더 추가</translation>
    </message>
    <message>
        <source>Add GGUF file</source>
        <translation>GGUF 파일 추가</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>계열</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>Stored as</source>
        <translation>저장 형식</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>%1 was added.</source>
        <translation>%1을(를) 추가했습니다.</translation>
    </message>
    <message>
        <source>%1 was removed from the list; its files stay.</source>
        <translation>%1을(를) 목록에서 지웠습니다. 파일은 남습니다.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>검사</translation>
    </message>
    <message>
        <source>Train on</source>
        <translation>이것으로 훈련</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>써 보기</translation>
    </message>
    <message>
        <source>Writing …</source>
        <translation>쓰는 중 …</translation>
    </message>
    <message>
        <source>Written to %1.</source>
        <translation>%1에 썼습니다.</translation>
    </message>
    <message>
        <source>%1 …</source>
        <translation>%1 …</translation>
    </message>
    <message>
        <source>not on this machine</source>
        <translation>이 컴퓨터에 없음</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>모양</translation>
    </message>
    <message>
        <source>%1 layers of width %2</source>
        <translation>너비 %2인 층 %1개</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>문맥</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>토큰 %1개</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>토크나이저</translation>
    </message>
    <message>
        <source>%1, %2 tokens</source>
        <translation>%1, 토큰 %2개</translation>
    </message>
    <message>
        <source>%1 %2, %3</source>
        <translation>%1 %2, %3</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>바탕</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>위치</translation>
    </message>
    <message>
        <source>Its files are not on this machine. Run packaging/setup to bring them.</source>
        <translation>파일이 이 컴퓨터에 없습니다. packaging/setup을 실행하면 가져옵니다.</translation>
    </message>
    <message>
        <source>Add a model folder</source>
        <translation>모델 폴더 추가</translation>
    </message>
    <message>
        <source>Add a GGUF file</source>
        <translation>GGUF 파일 추가</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf)</source>
        <translation>GGUF 모델 (*.gguf)</translation>
    </message>
    <message>
        <source>Reading weights, %1</source>
        <translation>가중치 읽는 중, %1</translation>
    </message>
</context>
<context>
    <name>lathe::panels::PairView</name>
    <message>
        <source>Similarity</source>
        <translation>유사도</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>Pairs nearest to the threshold</source>
        <translation>문턱값에 가장 가까운 쌍</translation>
    </message>
    <message>
        <source>Keep both</source>
        <translation>둘 다 남기기</translation>
    </message>
    <message>
        <source>Let the threshold decide</source>
        <translation>문턱값에 맡기기</translation>
    </message>
    <message>
        <source>same, by you</source>
        <translation>같음, 직접 정함</translation>
    </message>
    <message>
        <source>both stay, by you</source>
        <translation>둘 다 남음, 직접 정함</translation>
    </message>
    <message>
        <source>other labels</source>
        <translation>라벨이 다름</translation>
    </message>
    <message>
        <source>above</source>
        <translation>위</translation>
    </message>
    <message>
        <source>below</source>
        <translation>아래</translation>
    </message>
    <message>
        <source>Row %1</source>
        <translation>%1행</translation>
    </message>
    <message>
        <source>Labels: %1   |   %2</source>
        <translation>라벨: %1   |   %2</translation>
    </message>
    <message>
        <source>Remove one</source>
        <translation>하나 빼기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::PairsDialog</name>
    <message>
        <source>Make pairs</source>
        <translation>쌍 만들기</translation>
    </message>
    <message>
        <source>Typed below</source>
        <translation>아래에 적음</translation>
    </message>
    <message>
        <source>Prompts from</source>
        <translation>프롬프트 출처</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>최대</translation>
    </message>
    <message>
        <source>Prompts, one a line</source>
        <translation>프롬프트, 한 줄에 하나</translation>
    </message>
    <message>
        <source>One prompt a line</source>
        <translation>한 줄에 프롬프트 하나</translation>
    </message>
    <message>
        <source>First answer by</source>
        <translation>첫째 답을 쓸 모델</translation>
    </message>
    <message>
        <source>Second answer by</source>
        <translation>둘째 답을 쓸 모델</translation>
    </message>
    <message>
        <source> tokens at most</source>
        <translation> 토큰까지</translation>
    </message>
    <message>
        <source>As a chat</source>
        <translation>대화로</translation>
    </message>
    <message>
        <source>Puts the prompt into the model&apos;s own chat form</source>
        <translation>프롬프트를 모델의 대화 형식에 넣습니다</translation>
    </message>
    <message>
        <source>Write the answers</source>
        <translation>답 쓰기</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>temperature </source>
        <translation>온도 </translation>
    </message>
    <message>
        <source>There is no language model here yet. Add one in Models.</source>
        <translation>아직 언어 모델이 없습니다. 모델에서 추가하십시오.</translation>
    </message>
</context>
<context>
    <name>lathe::panels::PlaygroundPanel</name>
    <message>
        <source>Add pane</source>
        <translation>칸 추가</translation>
    </message>
    <message>
        <source>Another model on the same prompt and seed, up to four</source>
        <translation>같은 프롬프트와 시드로 다른 모델을 네 개까지</translation>
    </message>
    <message>
        <source>Show differences</source>
        <translation>차이 보기</translation>
    </message>
    <message>
        <source>Marks words that the first pane&apos;s answer has not</source>
        <translation>첫 칸의 답에 없는 낱말을 표시합니다</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>디코딩</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>미리 정한 값</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>As a chat message</source>
        <translation>대화 메시지로</translation>
    </message>
    <message>
        <source>Puts the prompt into the model&apos;s chat template</source>
        <translation>프롬프트를 모델의 대화 틀에 넣습니다</translation>
    </message>
    <message>
        <source>Write something for the model to continue.</source>
        <translation>모델이 이어 쓸 글을 적으십시오.</translation>
    </message>
    <message>
        <source>Ctrl+Return generates, Esc stops. All panes use the same seed.</source>
        <translation>Ctrl+Return은 생성, Esc는 멈춤. 모든 칸이 같은 시드를 씁니다.</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>생성</translation>
    </message>
    <message>
        <source>Stop generating</source>
        <translation>생성 멈추기</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::PreferencesPanel</name>
    <message>
        <source>Import pairs</source>
        <translation>쌍 가져오기</translation>
    </message>
    <message>
        <source>Pairs (*.jsonl *.json *.csv *.tsv *.parquet)</source>
        <translation>쌍 (*.jsonl *.json *.csv *.tsv *.parquet)</translation>
    </message>
    <message>
        <source>Reading %1 …</source>
        <translation>%1 읽는 중 …</translation>
    </message>
    <message>
        <source>%1 pairs with %2 labels (%3).</source>
        <translation>쌍 %1개, 라벨 %2개 (%3).</translation>
    </message>
    <message>
        <source>%1 rows were left out; the first: %2</source>
        <translation>%1행을 뺐습니다. 첫째: %2</translation>
    </message>
    <message>
        <source>Stop writing</source>
        <translation>쓰기 멈추기</translation>
    </message>
    <message>
        <source>Make pairs</source>
        <translation>쌍 만들기</translation>
    </message>
    <message>
        <source>Writing answers: %1 pairs of %2 prompts so far</source>
        <translation>답을 쓰는 중: 프롬프트 %2개 가운데 지금까지 %1쌍</translation>
    </message>
    <message>
        <source>%1 pairs were written.</source>
        <translation>%1쌍을 썼습니다.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Pairs for training: prompt, chosen, rejected (*.jsonl)</source>
        <translation>훈련용 쌍: prompt, chosen, rejected (*.jsonl)</translation>
    </message>
    <message>
        <source>Pairs as messages (*.messages.jsonl)</source>
        <translation>메시지 형식의 쌍 (*.messages.jsonl)</translation>
    </message>
    <message>
        <source>Good and bad answers: prompt, completion, label (*.unpaired.jsonl)</source>
        <translation>좋은 답과 나쁜 답: prompt, completion, label (*.unpaired.jsonl)</translation>
    </message>
    <message>
        <source>Every label (*.csv)</source>
        <translation>모든 라벨 (*.csv)</translation>
    </message>
    <message>
        <source>%1 lines in %2.</source>
        <translation>%2에 %1줄.</translation>
    </message>
    <message>
        <source>%1 pairs were scored. Those where the reward model is least sure come first.</source>
        <translation>%1쌍에 점수를 매겼습니다. 보상 모델이 가장 확신하지 못하는 것이 먼저 나옵니다.</translation>
    </message>
    <message>
        <source>Scoring pairs: %1 of %2</source>
        <translation>점수 매기는 중: %2쌍 가운데 %1쌍</translation>
    </message>
    <message>
        <source>No pairs yet</source>
        <translation>아직 쌍이 없습니다</translation>
    </message>
    <message>
        <source>Import pairs of answers, or let a model write two answers to each of your prompts.</source>
        <translation>답의 쌍을 가져오거나, 프롬프트마다 모델이 답 둘을 쓰게 하십시오.</translation>
    </message>
    <message>
        <source>Load the sample</source>
        <translation>예제 불러오기</translation>
    </message>
    <message>
        <source>The set %1 was removed.</source>
        <translation>%1 묶음을 지웠습니다.</translation>
    </message>
    <message>
        <source>Set of pairs</source>
        <translation>쌍 묶음</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Labels of several people are kept apart by name</source>
        <translation>여러 사람의 라벨을 이름으로 나누어 둡니다</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Train reward model</source>
        <translation>보상 모델 훈련</translation>
    </message>
    <message>
        <source>Train DPO</source>
        <translation>DPO 훈련</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>Labelled pairs</source>
        <translation>라벨을 붙인 쌍</translation>
    </message>
    <message>
        <source>How to label</source>
        <translation>라벨 붙이는 방식</translation>
    </message>
    <message>
        <source>Choose the better answer</source>
        <translation>더 나은 답 고르기</translation>
    </message>
    <message>
        <source>Rate each from 1 to 10</source>
        <translation>하나씩 1~10점 매기기</translation>
    </message>
    <message>
        <source>Order of the pairs</source>
        <translation>쌍의 차례</translation>
    </message>
    <message>
        <source>The left answer is better</source>
        <translation>왼쪽 답이 낫다</translation>
    </message>
    <message>
        <source>The right answer is better</source>
        <translation>오른쪽 답이 낫다</translation>
    </message>
    <message>
        <source>Equally good</source>
        <translation>똑같이 좋음</translation>
    </message>
    <message>
        <source>Both bad</source>
        <translation>둘 다 나쁨</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>건너뛰기</translation>
    </message>
    <message>
        <source>Undo the last label</source>
        <translation>마지막 라벨 되돌리기</translation>
    </message>
    <message>
        <source>Flag for a later look</source>
        <translation>나중에 보려고 표시</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>메모 쓰기</translation>
    </message>
    <message>
        <source>Rating mode: rate the left, then the right answer; 0 is ten</source>
        <translation>점수 방식: 왼쪽, 이어서 오른쪽 답의 점수. 0은 10점</translation>
    </message>
    <message>
        <source>In random order</source>
        <translation>무작위 차례</translation>
    </message>
    <message>
        <source>By doubt of %1</source>
        <translation>%1이(가) 망설이는 차례</translation>
    </message>
    <message>
        <source>This set has no pairs yet.</source>
        <translation>이 묶음에는 아직 쌍이 없습니다.</translation>
    </message>
    <message>
        <source>All pairs are labelled. Train a reward model with them, or make more pairs.</source>
        <translation>모든 쌍에 라벨을 붙였습니다. 보상 모델을 훈련하거나 쌍을 더 만드십시오.</translation>
    </message>
    <message>
        <source>%1 of %2 pairs, %3 left. %4 skipped, %5 flagged, %6 today.</source>
        <translation>%2쌍 가운데 %1쌍, %3쌍 남음. 건너뜀 %4, 표시 %5, 오늘 %6.</translation>
    </message>
    <message>
        <source>%1 labels a minute</source>
        <translation>1분에 라벨 %1개</translation>
    </message>
    <message>
        <source>Run PPO</source>
        <translation>PPO 실행</translation>
    </message>
    <message>
        <source>The model answers these prompts and learns from what the reward model says of its answers</source>
        <translation>모델이 이 프롬프트에 답하고, 그 답에 대한 보상 모델의 평가에서 배웁니다</translation>
    </message>
    <message>
        <source>Train with these pairs</source>
        <translation>이 쌍으로 훈련</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ProfileCard</name>
    <message>
        <source>empty</source>
        <translation>비어 있음</translation>
    </message>
    <message>
        <source>whole numbers</source>
        <translation>정수</translation>
    </message>
    <message>
        <source>numbers</source>
        <translation>수</translation>
    </message>
    <message>
        <source>yes or no</source>
        <translation>예 또는 아니요</translation>
    </message>
    <message>
        <source>dates</source>
        <translation>날짜</translation>
    </message>
    <message>
        <source>labels, several a row</source>
        <translation>라벨, 행마다 여럿</translation>
    </message>
    <message>
        <source>categories</source>
        <translation>범주</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Counting …</source>
        <translation>세는 중 …</translation>
    </message>
    <message>
        <source>Holds %1.</source>
        <translation>내용: %1.</translation>
    </message>
    <message>
        <source>%1 rows, %2 blank, %3 distinct.</source>
        <translation>%1행, 빈 칸 %2, 서로 다른 값 %3.</translation>
    </message>
    <message>
        <source>%1 rows repeat an earlier one exactly.</source>
        <translation>%1행이 앞의 행과 똑같습니다.</translation>
    </message>
    <message>
        <source>%1 labels, %2 a row.</source>
        <translation>라벨 %1개, 행마다 %2개.</translation>
    </message>
    <message>
        <source>%1 rows have control characters.</source>
        <translation>%1행에 제어 문자가 있습니다.</translation>
    </message>
    <message>
        <source>%1 rows have HTML in them.</source>
        <translation>%1행에 HTML이 있습니다.</translation>
    </message>
    <message>
        <source>%1 rows have bytes that could not be read.</source>
        <translation>%1행에 읽지 못한 바이트가 있습니다.</translation>
    </message>
    <message>
        <source>characters</source>
        <translation>글자</translation>
    </message>
    <message>
        <source>Median %1 characters, longest %2.</source>
        <translation>중앙값 %1자, 최대 %2자.</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>Most frequent</source>
        <translation>가장 잦은 값</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>max_length %1</source>
        <translation>max_length %1</translation>
    </message>
    <message>
        <source>Tokens of %1: median %2, longest %3; %4 of the rows are cut at %5.</source>
        <translation>%1의 토큰: 중앙값 %2, 최대 %3. %5에서 행의 %4이(가) 잘립니다.</translation>
    </message>
    <message>
        <source>What is counted below</source>
        <translation>아래에서 세는 것</translation>
    </message>
    <message>
        <source>Labels are separated by</source>
        <translation>라벨 사이의 구분자</translation>
    </message>
    <message>
        <source>What stands between two labels of a cell: found out, or as you say</source>
        <translation>한 칸의 두 라벨 사이에 있는 것: 알아내거나 직접 정합니다</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Pairs of labels</source>
        <translation>라벨 쌍</translation>
    </message>
</context>
<context>
    <name>lathe::panels::QualityCard</name>
    <message>
        <source>Quality of the labels</source>
        <translation>라벨의 질</translation>
    </message>
    <message>
        <source>Repeats agree</source>
        <translation>다시 볼 때 같은 판단</translation>
    </message>
    <message>
        <source>Left one wins</source>
        <translation>왼쪽이 이김</translation>
    </message>
    <message>
        <source>Longer one wins</source>
        <translation>긴 답이 이김</translation>
    </message>
    <message>
        <source>Cohen&apos;s κ</source>
        <translation>코헨 카파</translation>
    </message>
    <message>
        <source>Krippendorff&apos;s α</source>
        <translation>크리펜도르프 알파</translation>
    </message>
    <message>
        <source>Contradictions</source>
        <translation>어긋남</translation>
    </message>
    <message>
        <source>Time a label</source>
        <translation>라벨당 시간</translation>
    </message>
    <message>
        <source>no triples</source>
        <translation>세 쌍 없음</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 가운데 %1</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>아직</translation>
    </message>
</context>
<context>
    <name>lathe::panels::RunCharts</name>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>nats</translation>
    </message>
    <message>
        <source>F1, micro</source>
        <translation>F1, 마이크로</translation>
    </message>
    <message>
        <source>Jaccard</source>
        <translation>자카드</translation>
    </message>
    <message>
        <source>ROC-AUC, micro</source>
        <translation>ROC-AUC, 마이크로</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>정확도</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation>기울기 노름</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>tokens/s</source>
        <translation>토큰/초</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>GiB</source>
        <translation>GiB</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>평활</translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation>가로축</translation>
    </message>
    <message>
        <source>By step</source>
        <translation>단계별</translation>
    </message>
    <message>
        <source>By time</source>
        <translation>시간별</translation>
    </message>
    <message>
        <source>By tokens</source>
        <translation>토큰별</translation>
    </message>
    <message>
        <source>By epoch</source>
        <translation>에폭별</translation>
    </message>
    <message>
        <source>Log axis</source>
        <translation>로그 축</translation>
    </message>
    <message>
        <source>Ignore outliers</source>
        <translation>이상값 무시</translation>
    </message>
    <message>
        <source>train</source>
        <translation>훈련</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Reward</source>
        <translation>보상</translation>
    </message>
    <message>
        <source>KL to the reference</source>
        <translation>기준 모델과의 KL</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>Clip fraction</source>
        <translation>잘린 비율</translation>
    </message>
    <message>
        <source>Value loss</source>
        <translation>가치 손실</translation>
    </message>
    <message>
        <source>Answer length</source>
        <translation>답 길이</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Answers that end</source>
        <translation>끝나는 답</translation>
    </message>
    <message>
        <source>KL coefficient</source>
        <translation>KL 계수</translation>
    </message>
    <message>
        <source>setting</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>F1, macro</source>
        <translation>F1, 매크로</translation>
    </message>
    <message>
        <source>F1, samples</source>
        <translation>F1, 표본</translation>
    </message>
    <message>
        <source>F1, micro, at the best threshold</source>
        <translation>가장 좋은 임계값의 F1, 마이크로</translation>
    </message>
    <message>
        <source>Best threshold</source>
        <translation>가장 좋은 임계값</translation>
    </message>
    <message>
        <source>Precision, micro</source>
        <translation>정밀도, 마이크로</translation>
    </message>
    <message>
        <source>Precision, macro</source>
        <translation>정밀도, 매크로</translation>
    </message>
    <message>
        <source>Recall, micro</source>
        <translation>재현율, 마이크로</translation>
    </message>
    <message>
        <source>Recall, macro</source>
        <translation>재현율, 매크로</translation>
    </message>
    <message>
        <source>ROC-AUC, macro</source>
        <translation>ROC-AUC, 매크로</translation>
    </message>
    <message>
        <source>Labels with a ROC-AUC</source>
        <translation>ROC-AUC가 정의되는 라벨 수</translation>
    </message>
    <message>
        <source>Average precision, micro</source>
        <translation>평균 정밀도, 마이크로</translation>
    </message>
    <message>
        <source>Average precision, macro</source>
        <translation>평균 정밀도, 매크로</translation>
    </message>
    <message>
        <source>Subset accuracy</source>
        <translation>전체 일치 정확도</translation>
    </message>
    <message>
        <source>Hamming loss</source>
        <translation>해밍 손실</translation>
    </message>
    <message>
        <source>Accuracy if the longer one wins</source>
        <translation>긴 답이 이긴다고 할 때의 정확도</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>차이</translation>
    </message>
    <message>
        <source>Mean reward</source>
        <translation>평균 보상</translation>
    </message>
    <message>
        <source>Lowest reward</source>
        <translation>가장 낮은 보상</translation>
    </message>
    <message>
        <source>Highest reward</source>
        <translation>가장 높은 보상</translation>
    </message>
    <message>
        <source>Policy loss</source>
        <translation>정책 손실</translation>
    </message>
    <message>
        <source>KL of an update</source>
        <translation>갱신 한 번의 KL</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>비율</translation>
    </message>
    <message>
        <source>Spread of the ratios</source>
        <translation>비율의 분산</translation>
    </message>
    <message>
        <source>Value clip fraction</source>
        <translation>가치 클립 비율</translation>
    </message>
    <message>
        <source>Price of the KL</source>
        <translation>KL의 대가</translation>
    </message>
    <message>
        <source>Reward less the price of the KL</source>
        <translation>KL의 대가를 뺀 보상</translation>
    </message>
</context>
<context>
    <name>lathe::panels::RunsPanel</name>
    <message>
        <source>No runs yet</source>
        <translation>아직 실행이 없습니다</translation>
    </message>
    <message>
        <source>A run is one training from start to end. Its curves, samples and checkpoints stay here.</source>
        <translation>실행은 처음부터 끝까지의 훈련 한 번입니다. 곡선, 표본, 체크포인트가 여기에 남습니다.</translation>
    </message>
    <message>
        <source>Set up a training</source>
        <translation>훈련 준비</translation>
    </message>
    <message>
        <source>%1 was removed.</source>
        <translation>%1을(를) 지웠습니다.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stop and save</source>
        <translation>멈추고 저장</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>Use settings</source>
        <translation>설정 쓰기</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>써 보기</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>도표</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>표본</translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation>체크포인트</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>기록</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Next: %1</source>
        <translation>다음: %1</translation>
    </message>
    <message>
        <source>KL coefficient</source>
        <translation>KL 계수</translation>
    </message>
    <message>
        <source>Price of moving away from the reference, from the next update on:</source>
        <translation>다음 갱신부터 기준 모델에서 멀어지는 값:</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>라벨</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>격자</translation>
    </message>
    <message>
        <source>Start now</source>
        <translation>지금 시작</translation>
    </message>
</context>
<context>
    <name>lathe::panels::RunsTable</name>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>과제</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>최고</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>걸린 시간</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 가운데 %1</translation>
    </message>
</context>
<context>
    <name>lathe::panels::SamplesPage</name>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>기대한 답</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>훈련 전</translation>
    </message>
    <message>
        <source>Epoch %1</source>
        <translation>에폭 %1</translation>
    </message>
    <message>
        <source>Step %1</source>
        <translation>%1단계</translation>
    </message>
    <message>
        <source>Which samples</source>
        <translation>표본 종류</translation>
    </message>
    <message>
        <source>The same prompts over time</source>
        <translation>같은 프롬프트의 변화</translation>
    </message>
    <message>
        <source>Highest rewards of each update</source>
        <translation>업데이트마다 보상이 가장 높은 답</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>스텝</translation>
    </message>
    <message>
        <source>Reward</source>
        <translation>보상</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>답</translation>
    </message>
</context>
<context>
    <name>lathe::panels::SequenceBar</name>
    <message>
        <source>Done. Its result goes into the steps after it.</source>
        <translation>끝났습니다. 결과가 다음 단계로 갑니다.</translation>
    </message>
    <message>
        <source>Ready to start</source>
        <translation>시작할 수 있음</translation>
    </message>
    <message>
        <source>Waits for an earlier step</source>
        <translation>앞 단계를 기다림</translation>
    </message>
    <message>
        <source>Leave the sequence</source>
        <translation>단계 나가기</translation>
    </message>
</context>
<context>
    <name>lathe::panels::SettingsPage</name>
    <message>
        <source>Show differences only</source>
        <translation>다른 것만 보기</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>설정</translation>
    </message>
</context>
<context>
    <name>lathe::panels::SplitDialog</name>
    <message>
        <source>Split</source>
        <translation>나누기</translation>
    </message>
    <message>
        <source>no column</source>
        <translation>열 없음</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Keep together by</source>
        <translation>함께 둘 기준</translation>
    </message>
    <message>
        <source>Spread labels of</source>
        <translation>라벨을 고르게 나눌 열</translation>
    </message>
    <message>
        <source>Label separator</source>
        <translation>라벨 구분자</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>%1 to train, %2 to validate, %3 to test</source>
        <translation>훈련 %1, 검증 %2, 시험 %3</translation>
    </message>
    <message>
        <source>a column &quot;%1&quot; of this dataset</source>
        <translation>이 데이터셋의 &quot;%1&quot; 열</translation>
    </message>
    <message>
        <source>datasets of their own</source>
        <translation>따로따로 데이터셋</translation>
    </message>
    <message>
        <source>Written as</source>
        <translation>쓰는 방법</translation>
    </message>
    <message>
        <source>Training takes such a column up by itself.</source>
        <translation>훈련은 이런 열을 스스로 씁니다.</translation>
    </message>
    <message>
        <source>; the column that is there is replaced</source>
        <translation>; 이미 있는 열은 바뀝니다</translation>
    </message>
</context>
<context>
    <name>lathe::panels::TableMode</name>
    <message>
        <source>Dataset</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source> rows</source>
        <translation> 행</translation>
    </message>
    <message>
        <source>Convert rows</source>
        <translation>행 바꾸기</translation>
    </message>
    <message>
        <source>English</source>
        <translation>영어</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>기대한 답</translation>
    </message>
    <message>
        <source>Produced</source>
        <translation>나온 답</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>일치</translation>
    </message>
    <message>
        <source>%1 lacks the column %2 or %3, which the model&apos;s prompt names. Choose another dataset.</source>
        <translation>%1에 모델의 프롬프트가 부르는 %2 열이나 %3 열이 없습니다. 다른 데이터를 고르십시오.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>different</source>
        <translation>다름</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>똑같음</translation>
    </message>
    <message>
        <source>same but for blanks</source>
        <translation>공백만 다름</translation>
    </message>
    <message>
        <source>does not parse</source>
        <translation>읽을 수 없음</translation>
    </message>
    <message>
        <source>%1 of %2 rows: %3 exact, %4 but for blanks, %5 do not parse</source>
        <translation>%2행 가운데 %1행: 똑같음 %3, 공백만 다름 %4, 읽을 수 없음 %5</translation>
    </message>
</context>
<context>
    <name>lathe::panels::ThresholdCard</name>
    <message>
        <source>Threshold</source>
        <translation>문턱값</translation>
    </message>
    <message>
        <source>similarity (cosine)</source>
        <translation>유사도 (코사인)</translation>
    </message>
    <message>
        <source>pairs</source>
        <translation>쌍</translation>
    </message>
    <message>
        <source>Threshold, cosine</source>
        <translation>문턱값, 코사인</translation>
    </message>
    <message>
        <source>Keep pairs whose labels differ</source>
        <translation>라벨이 다른 쌍은 남기기</translation>
    </message>
    <message>
        <source>Similar is not the same: a pair with other labels may be two different things</source>
        <translation>비슷하다고 같은 것은 아닙니다. 라벨이 다른 쌍은 서로 다른 것일 수 있습니다</translation>
    </message>
    <message>
        <source>Rows to keep</source>
        <translation>남길 행</translation>
    </message>
    <message>
        <source>Keep so many rows</source>
        <translation>이만큼 남기기</translation>
    </message>
    <message>
        <source>Keeps %1 of %2; removes %3 in %4 groups</source>
        <translation>%2 가운데 %1을(를) 남기고, %4개 묶음에서 %3을(를) 지웁니다</translation>
    </message>
    <message>
        <source>%1 (%2 → %3)</source>
        <translation>%1 (%2 → %3)</translation>
    </message>
    <message>
        <source>%1 are exact copies and go at any threshold.</source>
        <translation>%1은(는) 똑같은 사본이라 어떤 문턱값에서도 빠집니다.</translation>
    </message>
    <message>
        <source>%1 rows stay because their labels differ.</source>
        <translation>%1행은 라벨이 달라서 남습니다.</translation>
    </message>
    <message>
        <source>Labels that become rare: %1.</source>
        <translation>드물어지는 라벨: %1.</translation>
    </message>
    <message>
        <source>Not every pair was looked at: %1 % of those above the threshold were found, measured on %2 rows.</source>
        <translation>모든 쌍을 보지는 않았습니다. 행 %2개로 재니 기준을 넘는 쌍의 %1 %를 찾았습니다.</translation>
    </message>
    <message>
        <source>Jaccard distance of two label sets</source>
        <translation>두 라벨 집합의 자카드 거리</translation>
    </message>
    <message>
        <source>Jaccard distance above which labels differ: 0 = any other label counts, 0.5 = half of all their labels are not shared</source>
        <translation>라벨이 다르다고 보는 자카드 거리: 0이면 라벨 하나만 달라도, 0.5이면 전체 라벨의 절반이 다르면</translation>
    </message>
    <message>
        <source>by more than </source>
        <translation>이보다 많이 </translation>
    </message>
</context>
<context>
    <name>lathe::panels::TrainPanel</name>
    <message>
        <source>Recipe</source>
        <translation>조리법</translation>
    </message>
    <message>
        <source>Start from a recipe</source>
        <translation>조리법에서 시작</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>아직 데이터가 없습니다</translation>
    </message>
    <message>
        <source>Training needs a table of examples. The sample teaches a small model to turn English into LaTeX.</source>
        <translation>훈련에는 예가 담긴 표가 필요합니다. 예제는 작은 모델에 영어를 LaTeX로 바꾸는 법을 가르칩니다.</translation>
    </message>
    <message>
        <source>Use the sample</source>
        <translation>예제 쓰기</translation>
    </message>
    <message>
        <source>Import your own</source>
        <translation>내 데이터 가져오기</translation>
    </message>
    <message>
        <source>What will be trained</source>
        <translation>훈련할 내용</translation>
    </message>
    <message>
        <source>Row shown</source>
        <translation>보이는 행</translation>
    </message>
    <message>
        <source>Row </source>
        <translation>행 </translation>
    </message>
    <message>
        <source>Before the start</source>
        <translation>시작하기 전에</translation>
    </message>
    <message>
        <source>Copy spec</source>
        <translation>명세 복사</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>훈련 시작</translation>
    </message>
    <message>
        <source>Ctrl+Return</source>
        <translation>Ctrl+Return</translation>
    </message>
    <message>
        <source>%1, %2 parameters</source>
        <translation>%1, 매개변수 %2개</translation>
    </message>
    <message>
        <source>%1 rows, version %2</source>
        <translation>%1행, 판 %2</translation>
    </message>
    <message>
        <source>Effective batch: %1 × %2 = %3 rows an update</source>
        <translation>실제 배치: %1 × %2 = 갱신마다 %3행</translation>
    </message>
    <message>
        <source>%1 tokens, %2 of them trained</source>
        <translation>토큰 %1개, 그 가운데 %2개 훈련</translation>
    </message>
    <message>
        <source>; %1 are cut off at the maximum length</source>
        <translation>. %1개는 최대 길이에서 잘립니다</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>시작하는 중 …</translation>
    </message>
    <message>
        <source>A run is working already; it can be watched in Runs.</source>
        <translation>이미 실행 중인 작업이 있습니다. 실행에서 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Choose a dataset first.</source>
        <translation>먼저 데이터를 고르십시오.</translation>
    </message>
    <message>
        <source>Something must be put right first; see the checks.</source>
        <translation>먼저 바로잡을 것이 있습니다. 점검 목록을 보십시오.</translation>
    </message>
    <message>
        <source>The spec is on the clipboard.</source>
        <translation>명세를 클립보드에 넣었습니다.</translation>
    </message>
    <message>
        <source>The command is on the clipboard.</source>
        <translation>명령을 클립보드에 넣었습니다.</translation>
    </message>
    <message>
        <source>Its column &quot;%1&quot; says which rows train and which validate.</source>
        <translation>&quot;%1&quot; 열이 어느 행으로 훈련하고 어느 행으로 검증할지 정합니다.</translation>
    </message>
    <message>
        <source>%1, %2 steps</source>
        <translation>%1, %2단계</translation>
    </message>
    <message numerus="yes">
        <source>%n runs wait until the present one has ended.</source>
        <translation>
            <numerusform>실행 %n개가 지금 실행이 끝나기를 기다립니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Train a grid …</source>
        <translation>격자로 학습 …</translation>
    </message>
    <message>
        <source>A few values each of some settings, such as learning rate, last layers and dedup threshold: one run for each combination.</source>
        <translation>학습률, 마지막 층 수, 중복 제거 임계값 같은 설정마다 몇 가지 값을 두고, 조합마다 한 번씩 실행합니다.</translation>
    </message>
    <message numerus="yes">
        <source>%1 tokens are read, %n labels are learnt</source>
        <translation>
            <numerusform>토큰 %1개를 읽고 레이블 %n개를 배웁니다</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing stands in the way.</source>
        <translation>시작하는 데 문제가 없습니다.</translation>
    </message>
    <message>
        <source>%1 pairs are in the set “%2” of Preferences. Mean reward of %3 answers: %4.</source>
        <translation>쌍 %1개가 선호의 “%2” 묶음에 있습니다. 답 %3개의 평균 보상: %4.</translation>
    </message>
    <message>
        <source>Writing answers: %1 of %2</source>
        <translation>답 쓰는 중: %1 / %2</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>Pairs from rewards</source>
        <translation>보상으로 쌍 만들기</translation>
    </message>
    <message>
        <source>The model answers each training prompt several times; of the answers that score best and worse, pairs are made for a reward model or for DPO.</source>
        <translation>모델이 학습 프롬프트마다 여러 번 답합니다. 점수가 가장 높은 답과 더 낮은 답을 짝지어 보상 모델이나 DPO에 쓸 쌍을 만듭니다.</translation>
    </message>
    <message>
        <source>Looking for near-copies …</source>
        <translation>거의 같은 행을 찾는 중 …</translation>
    </message>
</context>
<context>
    <name>lathe::shell::AboutDialog</name>
    <message>
        <source>About Lathe</source>
        <translation>Lathe 정보</translation>
    </message>
    <message>
        <source>Version %1</source>
        <translation>판 %1</translation>
    </message>
    <message>
        <source>Fine-tunes open language models on this machine, without Python and without sending data anywhere.</source>
        <translation>공개 언어 모델을 이 컴퓨터에서 미세 조정합니다. 파이썬이 필요 없고 데이터를 어디에도 보내지 않습니다.</translation>
    </message>
    <message>
        <source>Free software under the GNU General Public License, version 3 or later. There is no warranty.</source>
        <translation>GNU 일반 공중 사용 허가서 3판 또는 그 이후 판을 따르는 자유 소프트웨어입니다. 보증은 없습니다.</translation>
    </message>
    <message>
        <source>Built with PyTorch&apos;s C++ library, Apache Arrow, Qt, QCustomPlot, MathJax, Tabler Icons, SQLite, ICU, PCRE2, SentencePiece, uchardet, xxHash, nlohmann JSON, {fmt} and CLI11.</source>
        <translation>PyTorch C++ 라이브러리, Apache Arrow, Qt, QCustomPlot, MathJax, Tabler Icons, SQLite, ICU, PCRE2, SentencePiece, uchardet, xxHash, nlohmann JSON, {fmt}, CLI11로 만들었습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::shell::HelpDialog</name>
    <message>
        <source>Help</source>
        <translation>도움말</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>주제</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>내용</translation>
    </message>
</context>
<context>
    <name>lathe::shell::KeysDialog</name>
    <message>
        <source>Keyboard Shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
</context>
<context>
    <name>lathe::shell::MainWindow</name>
    <message>
        <source>Panels</source>
        <translation>패널</translation>
    </message>
    <message>
        <source>%1 - Lathe</source>
        <translation>%1 - Lathe</translation>
    </message>
    <message>
        <source>Work is running</source>
        <translation>작업이 진행 중입니다</translation>
    </message>
    <message>
        <source>“%1” is still running.</source>
        <translation>“%1” 작업이 아직 진행 중입니다.</translation>
    </message>
    <message>
        <source>Stopping finishes the current step and saves a checkpoint, so that it can go on later.</source>
        <translation>멈추면 지금 단계를 마치고 체크포인트를 저장하므로 나중에 이어 할 수 있습니다.</translation>
    </message>
    <message>
        <source>Stopping ends it; what is already finished is kept.</source>
        <translation>멈추면 끝납니다. 이미 끝난 것은 남습니다.</translation>
    </message>
    <message>
        <source>Keep Running</source>
        <translation>계속 실행</translation>
    </message>
    <message>
        <source>Stop, Save and Close</source>
        <translation>멈추고 저장한 뒤 닫기</translation>
    </message>
    <message>
        <source>Stop and Close</source>
        <translation>멈추고 닫기</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Import Data…</source>
        <translation>데이터 가져오기(&amp;I)…</translation>
    </message>
    <message>
        <source>Open &amp;Workspace…</source>
        <translation>작업 공간 열기(&amp;W)…</translation>
    </message>
    <message>
        <source>&amp;Recent Workspaces</source>
        <translation>최근 작업 공간(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Clear</source>
        <translation>비우기(&amp;C)</translation>
    </message>
    <message>
        <source>S&amp;ettings…</source>
        <translation>설정(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;As the Desktop</source>
        <translation>데스크톱을 따름(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>밝게(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>어둡게(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Larger Text</source>
        <translation>글자 크게(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Smaller Text</source>
        <translation>글자 작게(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Normal Text</source>
        <translation>글자 보통(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Full Screen</source>
        <translation>전체 화면(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>실행(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>일시 정지(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>멈추기(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;New Training</source>
        <translation>새 훈련(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>이어 하기(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Help Topics</source>
        <translation>도움말 주제(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Keyboard Shortcuts</source>
        <translation>키보드 단축키(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Lathe</source>
        <translation>Lathe 정보(&amp;A)</translation>
    </message>
    <message>
        <source>Open Workspace</source>
        <translation>작업 공간 열기</translation>
    </message>
    <message>
        <source>Import Data</source>
        <translation>데이터 가져오기</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv *.txt *.jsonl *.json *.parquet)</source>
        <translation>표 (*.csv *.tsv *.txt *.jsonl *.json *.parquet)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
</context>
<context>
    <name>lathe::shell::SettingsDialog</name>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>데스크톱을 따름</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>글자 크기</translation>
    </message>
    <message>
        <source>Small</source>
        <translation>작게</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>보통</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>가장 크게</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>A new language is used from the next start.</source>
        <translation>새 언어는 다음에 시작할 때부터 쓰입니다.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
</context>
<context>
    <name>lathe::shell::StatusLine</name>
    <message>
        <source>Waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>Pausing after this step</source>
        <translation>이 단계 뒤에 멈춤</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stopping and saving</source>
        <translation>멈추고 저장하는 중</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>멈추는 중</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 가운데 %1</translation>
    </message>
    <message>
        <source>%1 %2 of %3</source>
        <translation>%1 %3 가운데 %2</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>Memory that this program uses</source>
        <translation>이 프로그램이 쓰는 메모리</translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 외 %n개</numerusform>
        </translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Finishes this step, saves a checkpoint and ends</source>
        <translation>이 단계를 마치고 체크포인트를 저장한 뒤 끝냅니다</translation>
    </message>
    <message>
        <source>Ends this work</source>
        <translation>이 작업을 끝냅니다</translation>
    </message>
</context>
<context>
    <name>lathe::shell::language</name>
    <message>
        <source>As the desktop</source>
        <translation>데스크톱을 따름</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::FormulaPicture</name>
    <message>
        <source>The drawing of the formula cannot be read: %1.</source>
        <translation>수식 그림을 읽을 수 없습니다: %1.</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::HistogramView</name>
    <message>
        <source>%1 to %2 %3: %4 %5</source>
        <translation>%1~%2 %3: %4 %5</translation>
    </message>
    <message>
        <source>Histogram of %1 %2 from %3 to %4 %5</source>
        <translation>%1 %2의 도수 분포, %3~%4 %5</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::LatexView</name>
    <message>
        <source>Copy &amp;TeX</source>
        <translation>TeX 복사(&amp;T)</translation>
    </message>
    <message>
        <source>Copy &amp;SVG</source>
        <translation>SVG 복사(&amp;S)</translation>
    </message>
    <message>
        <source>Copy &amp;PNG</source>
        <translation>PNG 복사(&amp;P)</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::MetricPlot</name>
    <message>
        <source>checkpoint</source>
        <translation>체크포인트</translation>
    </message>
    <message>
        <source>best</source>
        <translation>최고</translation>
    </message>
    <message>
        <source>resumed</source>
        <translation>이어 함</translation>
    </message>
    <message>
        <source>early stop</source>
        <translation>조기 종료</translation>
    </message>
    <message>
        <source>not finite</source>
        <translation>유한하지 않음</translation>
    </message>
    <message>
        <source>time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>에폭</translation>
    </message>
    <message>
        <source>step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Chart options</source>
        <translation>도표 설정</translation>
    </message>
    <message>
        <source>No values yet</source>
        <translation>아직 값이 없습니다</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>토큰 %1개</translation>
    </message>
    <message>
        <source>epoch %1</source>
        <translation>에폭 %1</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>단계 %1</translation>
    </message>
    <message>
        <source>&amp;Logarithmic y axis</source>
        <translation>로그 y축(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Ignore outliers in view</source>
        <translation>보기에서 이상값 무시(&amp;I)</translation>
    </message>
    <message>
        <source>Show &amp;everything</source>
        <translation>모두 보기(&amp;E)</translation>
    </message>
    <message>
        <source>Show &amp;data</source>
        <translation>데이터 보기(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Copy picture</source>
        <translation>그림 복사(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Save as…</source>
        <translation>다른 이름으로 저장(&amp;S)…</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>계열</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>에폭</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Smoothed</source>
        <translation>평활한 값</translation>
    </message>
    <message>
        <source>“%1” cannot be written: choose a name that ends in .png, .svg, .pdf or .csv.</source>
        <translation>“%1”에 쓸 수 없습니다. .png, .svg, .pdf, .csv로 끝나는 이름을 고르십시오.</translation>
    </message>
    <message>
        <source>“%1” could not be written: %2. Choose another folder or free some space.</source>
        <translation>“%1”에 쓰지 못했습니다: %2. 다른 폴더를 고르거나 공간을 비우십시오.</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Data: %1</source>
        <translation>데이터: %1</translation>
    </message>
    <message>
        <source>Save Chart</source>
        <translation>도표 저장</translation>
    </message>
    <message>
        <source>Picture (*.png)</source>
        <translation>그림 (*.png)</translation>
    </message>
    <message>
        <source>Vector picture (*.svg)</source>
        <translation>벡터 그림 (*.svg)</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Numbers (*.csv)</source>
        <translation>수 (*.csv)</translation>
    </message>
    <message>
        <source>chart</source>
        <translation>도표</translation>
    </message>
    <message numerus="yes">
        <source>%n value(s) of 0 or less not shown</source>
        <translation>
            <numerusform>0 이하인 값 %n개는 보이지 않음</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::widgets::ParamField</name>
    <message>
        <source>Browse…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>Browse for %1</source>
        <translation>%1 찾아보기</translation>
    </message>
    <message>
        <source>There is nothing to choose yet.</source>
        <translation>아직 고를 것이 없습니다.</translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation>하나를 고르십시오.</translation>
    </message>
    <message>
        <source>on</source>
        <translation>켬</translation>
    </message>
    <message>
        <source>off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>Back to the default: %1</source>
        <translation>기본값으로: %1</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::ParamForm</name>
    <message>
        <source>Section, opened</source>
        <translation>구역, 펼침</translation>
    </message>
    <message>
        <source>More options</source>
        <translation>더 많은 설정</translation>
    </message>
    <message>
        <source>Fewer options</source>
        <translation>설정 줄이기</translation>
    </message>
    <message>
        <source>Section, closed</source>
        <translation>구역, 접음</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::PlotLegend</name>
    <message>
        <source>Legend</source>
        <translation>범례</translation>
    </message>
    <message>
        <source>%1
Click hides or shows it, Alt-click shows it alone.</source>
        <translation>%1
누르면 숨기거나 보이고, Alt를 누르고 누르면 이것만 보입니다.</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::Toast</name>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::TokenView</name>
    <message>
        <source>Prompt, not trained</source>
        <translation>프롬프트, 훈련하지 않음</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>훈련함</translation>
    </message>
    <message>
        <source>End of text, trained</source>
        <translation>글의 끝, 훈련함</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>패딩</translation>
    </message>
    <message>
        <source>Cut at the limit</source>
        <translation>한도에서 잘림</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::format</name>
    <message>
        <source>%1 s</source>
        <translation>%1초</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1분 %2초</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1시간 %2분</translation>
    </message>
    <message>
        <source>Less than a minute left</source>
        <translation>1분 안에 끝남</translation>
    </message>
    <message numerus="yes">
        <source>About %n minute(s) left</source>
        <translation>
            <numerusform>약 %n분 남음</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>About %n hour(s) left</source>
        <translation>
            <numerusform>약 %n시간 남음</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::widgets::latex</name>
    <message>
        <source>There is no command %1.</source>
        <translation>%1 명령은 없습니다.</translation>
    </message>
    <message>
        <source>%1 needs an argument after it.</source>
        <translation>%1 뒤에 인수가 있어야 합니다.</translation>
    </message>
    <message>
        <source>A { has no } that closes it.</source>
        <translation>{를 닫는 }가 없습니다.</translation>
    </message>
    <message>
        <source>A } has no { before it.</source>
        <translation>} 앞에 {가 없습니다.</translation>
    </message>
    <message>
        <source>A \left has no \right.</source>
        <translation>\left에 짝이 되는 \right가 없습니다.</translation>
    </message>
    <message>
        <source>A \right has no \left before it.</source>
        <translation>\right 앞에 \left가 없습니다.</translation>
    </message>
    <message>
        <source>Two superscripts follow each other; braces say which belongs to what.</source>
        <translation>위 첨자 둘이 이어집니다. 중괄호로 무엇에 붙는지 나타내십시오.</translation>
    </message>
    <message>
        <source>Two subscripts follow each other; braces say which belongs to what.</source>
        <translation>아래 첨자 둘이 이어집니다. 중괄호로 무엇에 붙는지 나타내십시오.</translation>
    </message>
    <message>
        <source>There is no environment %1.</source>
        <translation>%1 환경은 없습니다.</translation>
    </message>
    <message>
        <source>A macro calls itself without end.</source>
        <translation>매크로가 끝없이 자신을 부릅니다.</translation>
    </message>
    <message>
        <source>Macros make the formula too long.</source>
        <translation>매크로 때문에 수식이 너무 길어집니다.</translation>
    </message>
    <message>
        <source>This build of the program has no MathJax, so formulas are shown as text.</source>
        <translation>이 빌드에는 MathJax가 없어서 수식을 글로 보입니다.</translation>
    </message>
    <message>
        <source>The formula is longer than %1 characters.</source>
        <translation>수식이 %1자보다 깁니다.</translation>
    </message>
    <message>
        <source>The formula takes too long to draw.</source>
        <translation>수식을 그리는 데 너무 오래 걸립니다.</translation>
    </message>
    <message>
        <source>The formula cannot be drawn: %1.</source>
        <translation>수식을 그릴 수 없습니다: %1.</translation>
    </message>
    <message>
        <source>The formula is nested too deeply to draw.</source>
        <translation>수식이 너무 깊게 겹쳐 그릴 수 없습니다.</translation>
    </message>
</context>
<context>
    <name>lathe::widgets::number</name>
    <message>
        <source>Must be from %1 to %2.</source>
        <translation>%1에서 %2 사이여야 합니다.</translation>
    </message>
    <message>
        <source>Must be more than %1.</source>
        <translation>%1보다 커야 합니다.</translation>
    </message>
    <message>
        <source>Must be %1 or more.</source>
        <translation>%1 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>Must be less than %1.</source>
        <translation>%1보다 작아야 합니다.</translation>
    </message>
    <message>
        <source>Must be %1 or less.</source>
        <translation>%1 이하여야 합니다.</translation>
    </message>
    <message>
        <source>Enter a number.</source>
        <translation>수를 넣으십시오.</translation>
    </message>
    <message>
        <source>“%1” is not a number. Write it like 0.01 or 5e-5.</source>
        <translation>“%1”은(는) 수가 아닙니다. 0.01이나 5e-5처럼 적으십시오.</translation>
    </message>
    <message>
        <source>Must be a whole number.</source>
        <translation>정수여야 합니다.</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>The workspace cannot be opened</source>
        <translation>작업 공간을 열 수 없습니다</translation>
    </message>
</context>
<context>
    <name>panels</name>
    <message>
        <source>paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Deduplicate</source>
        <translation>중복 제거</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>훈련</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Playground</source>
        <translation>놀이터</translation>
    </message>
    <message>
        <source>LaTeX</source>
        <translation>LaTeX</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>선호</translation>
    </message>
</context>
<context>
    <name>std</name>
    <message>
        <source>not yet</source>
        <translation>아직</translation>
    </message>
</context>
</TS>
