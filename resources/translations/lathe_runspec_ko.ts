<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
    <context>
        <name>RunSpec</name>
        <message>
            <source>Task, model and data</source>
            <translation>과제, 모델, 데이터</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>How the run is called in lists.</source>
            <translation>목록에 나오는 실행의 이름입니다.</translation>
        </message>
        <message>
            <source>Task</source>
            <translation>과제</translation>
        </message>
        <message>
            <source>What the model learns.</source>
            <translation>모델이 배울 것입니다.</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>모델</translation>
        </message>
        <message>
            <source>A known name, a Hugging Face folder, a .gguf file or a run's folder.</source>
            <translation>알려진 이름, Hugging Face 폴더, .gguf 파일 또는 실행의 폴더.</translation>
        </message>
        <message>
            <source>File</source>
            <translation>파일</translation>
        </message>
        <message>
            <source>CSV, JSONL or Parquet file with the rows.</source>
            <translation>행이 담긴 CSV, JSONL, Parquet 파일.</translation>
        </message>
        <message>
            <source>Dataset</source>
            <translation>데이터</translation>
        </message>
        <message>
            <source>A dataset of the workspace, instead of a file.</source>
            <translation>파일 대신 작업 공간의 데이터.</translation>
        </message>
        <message>
            <source>Template</source>
            <translation>틀</translation>
        </message>
        <message>
            <source>Text of a row, with {Column} fields. The end-of-text token is added.</source>
            <translation>{열} 자리가 있는 행의 글. 글의 끝 토큰이 덧붙습니다.</translation>
        </message>
        <message>
            <source>Answer column</source>
            <translation>답 열</translation>
        </message>
        <message>
            <source>The column the model must produce.</source>
            <translation>모델이 내놓아야 하는 열.</translation>
        </message>
        <message>
            <source>Train on</source>
            <translation>훈련 대상</translation>
        </message>
        <message>
            <source>Every token, or only the answer (the prompt is masked).</source>
            <translation>모든 토큰, 또는 답만 (프롬프트는 가림).</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>글</translation>
        </message>
        <message>
            <source>Template of the text to classify, with {Column} fields.</source>
            <translation>분류할 글의 틀, {열} 자리 포함.</translation>
        </message>
        <message>
            <source>Label column</source>
            <translation>라벨 열</translation>
        </message>
        <message>
            <source>Column that holds the labels of a row.</source>
            <translation>행의 라벨이 담긴 열.</translation>
        </message>
        <message>
            <source>Label separator</source>
            <translation>라벨 구분자</translation>
        </message>
        <message>
            <source>Stands between two labels in a cell.</source>
            <translation>한 칸에서 두 라벨 사이에 오는 글.</translation>
        </message>
        <message>
            <source>Minimum label count</source>
            <translation>라벨 최소 개수</translation>
        </message>
        <message>
            <source>Labels with fewer rows are left out.</source>
            <translation>이보다 행이 적은 라벨은 뺍니다.</translation>
        </message>
        <message>
            <source>rows</source>
            <translation>행</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>프롬프트</translation>
        </message>
        <message>
            <source>Column of the prompt, or a template with {Column} fields.</source>
            <translation>프롬프트 열, 또는 {열} 자리가 있는 틀.</translation>
        </message>
        <message>
            <source>Chosen</source>
            <translation>고른 답</translation>
        </message>
        <message>
            <source>Column of the better answer.</source>
            <translation>더 나은 답의 열.</translation>
        </message>
        <message>
            <source>Rejected</source>
            <translation>버린 답</translation>
        </message>
        <message>
            <source>Column of the other answer.</source>
            <translation>다른 답의 열.</translation>
        </message>
        <message>
            <source>Margin</source>
            <translation>차이</translation>
        </message>
        <message>
            <source>Column of how much better the chosen answer is.</source>
            <translation>고른 답이 얼마나 나은지 적은 열.</translation>
        </message>
        <message>
            <source>Ratings</source>
            <translation>평점</translation>
        </message>
        <message>
            <source>Ratings of the workspace that are turned into pairs, instead of columns.</source>
            <translation>열 대신 쌍으로 바꿀 작업 공간의 평점.</translation>
        </message>
        <message>
            <source>Maximum length</source>
            <translation>최대 길이</translation>
        </message>
        <message>
            <source>Longer rows are cut. Memory and time grow with it.</source>
            <translation>더 긴 행은 잘립니다. 메모리와 시간이 함께 늘어납니다.</translation>
        </message>
        <message>
            <source>tokens</source>
            <translation>토큰</translation>
        </message>
        <message>
            <source>Validation share</source>
            <translation>검증 비율</translation>
        </message>
        <message>
            <source>Rows kept aside to measure with during training.</source>
            <translation>훈련하면서 재려고 따로 두는 행.</translation>
        </message>
        <message>
            <source>Test share</source>
            <translation>시험 비율</translation>
        </message>
        <message>
            <source>Rows kept aside until the end.</source>
            <translation>끝까지 따로 두는 행.</translation>
        </message>
        <message>
            <source>Split seed</source>
            <translation>나누기 시드</translation>
        </message>
        <message>
            <source>The same seed gives the same split.</source>
            <translation>시드가 같으면 똑같이 나눕니다.</translation>
        </message>
        <message>
            <source>Split column</source>
            <translation>분할 열</translation>
        </message>
        <message>
            <source>Column that says train, validation or test for each row; the shares are then passed over.</source>
            <translation>행마다 train, validation, test 가운데 어디에 쓸지 적은 열입니다. 이 열이 있으면 위 비율은 쓰지 않습니다.</translation>
        </message>
        <message>
            <source>Keep together</source>
            <translation>함께 두기</translation>
        </message>
        <message>
            <source>Rows with equal values in this column stay on one side of the split.</source>
            <translation>이 열의 값이 같은 행은 같은 쪽에 둡니다.</translation>
        </message>
        <message>
            <source>What is trained</source>
            <translation>무엇을 훈련하나</translation>
        </message>
        <message>
            <source>Trainable</source>
            <translation>훈련 범위</translation>
        </message>
        <message>
            <source>All weights, the last layers and the head, small LoRA matrices, or by name patterns.</source>
            <translation>모든 가중치, 마지막 층과 머리, 작은 LoRA 행렬, 또는 이름 패턴.</translation>
        </message>
        <message>
            <source>Last layers</source>
            <translation>마지막 층</translation>
        </message>
        <message>
            <source>How many blocks from the end are trained. Frozen ones cost no backward pass.</source>
            <translation>끝에서 몇 블록을 훈련할지. 얼린 블록은 역전파가 없습니다.</translation>
        </message>
        <message>
            <source>Train embeddings</source>
            <translation>임베딩 훈련</translation>
        </message>
        <message>
            <source>Also trains the embeddings; then nothing below is free.</source>
            <translation>임베딩도 훈련합니다. 그러면 아래에서 아낄 것이 없습니다.</translation>
        </message>
        <message>
            <source>Freeze</source>
            <translation>얼리기</translation>
        </message>
        <message>
            <source>Name patterns (* and ?) in order; a leading ! makes trainable again.</source>
            <translation>차례대로 적용하는 이름 패턴 (*와 ?). 앞에 !를 붙이면 다시 훈련합니다.</translation>
        </message>
        <message>
            <source>Rank</source>
            <translation>랭크</translation>
        </message>
        <message>
            <source>Width of the LoRA matrices.</source>
            <translation>LoRA 행렬의 너비.</translation>
        </message>
        <message>
            <source>Alpha</source>
            <translation>알파</translation>
        </message>
        <message>
            <source>The update is scaled by alpha / rank.</source>
            <translation>갱신에 알파 / 랭크를 곱합니다.</translation>
        </message>
        <message>
            <source>LoRA dropout</source>
            <translation>LoRA 드롭아웃</translation>
        </message>
        <message>
            <source>Dropout on the input of the LoRA matrices.</source>
            <translation>LoRA 행렬 입력의 드롭아웃.</translation>
        </message>
        <message>
            <source>Target modules</source>
            <translation>대상 모듈</translation>
        </message>
        <message>
            <source>"auto" (by family), "all-linear", or names of linear layers.</source>
            <translation>"auto"(계열에 따라), "all-linear", 또는 선형 층의 이름.</translation>
        </message>
        <message>
            <source>Rank-stabilised</source>
            <translation>랭크 안정화</translation>
        </message>
        <message>
            <source>Scales by alpha / sqrt(rank) instead.</source>
            <translation>대신 알파 / √랭크를 곱합니다.</translation>
        </message>
        <message>
            <source>Batch and precision</source>
            <translation>배치와 정밀도</translation>
        </message>
        <message>
            <source>Epochs</source>
            <translation>에폭</translation>
        </message>
        <message>
            <source>Passes over the training rows.</source>
            <translation>훈련 행을 도는 횟수.</translation>
        </message>
        <message>
            <source>Maximum steps</source>
            <translation>최대 단계</translation>
        </message>
        <message>
            <source>Overrides the epochs when above 0.</source>
            <translation>0보다 크면 에폭 대신 쓰입니다.</translation>
        </message>
        <message>
            <source>steps</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Batch size</source>
            <translation>배치 크기</translation>
        </message>
        <message>
            <source>Rows a forward pass.</source>
            <translation>순전파 한 번의 행 수.</translation>
        </message>
        <message>
            <source>Evaluation batch size</source>
            <translation>평가 배치 크기</translation>
        </message>
        <message>
            <source>Rows a forward pass when measuring.</source>
            <translation>평가할 때 순전파 한 번의 행 수.</translation>
        </message>
        <message>
            <source>Accumulation</source>
            <translation>기울기 누적</translation>
        </message>
        <message>
            <source>Batches summed before an update. Equals a bigger batch in less memory.</source>
            <translation>갱신 전에 더하는 배치 수. 적은 메모리로 큰 배치와 같습니다.</translation>
        </message>
        <message>
            <source>Optimiser and schedule</source>
            <translation>옵티마이저와 일정</translation>
        </message>
        <message>
            <source>Learning rate</source>
            <translation>학습률</translation>
        </message>
        <message>
            <source>Size of an update. The first thing to change when training is unstable.</source>
            <translation>갱신의 크기. 훈련이 불안하면 가장 먼저 바꿀 값입니다.</translation>
        </message>
        <message>
            <source>Schedule</source>
            <translation>일정</translation>
        </message>
        <message>
            <source>How the learning rate changes over the run.</source>
            <translation>실행 동안 학습률이 바뀌는 방식.</translation>
        </message>
        <message>
            <source>Warm-up</source>
            <translation>준비 단계</translation>
        </message>
        <message>
            <source>Steps over which the rate rises from 0; below 1: a share of all steps.</source>
            <translation>학습률이 0에서 오르는 단계 수. 1보다 작으면 전체 단계의 비율.</translation>
        </message>
        <message>
            <source>Cycles</source>
            <translation>주기</translation>
        </message>
        <message>
            <source>Waves or restarts of the cosine schedules.</source>
            <translation>코사인 일정의 물결 또는 재시작 수.</translation>
        </message>
        <message>
            <source>Power</source>
            <translation>거듭제곱</translation>
        </message>
        <message>
            <source>Exponent of the polynomial schedule.</source>
            <translation>다항식 일정의 지수.</translation>
        </message>
        <message>
            <source>Final rate</source>
            <translation>마지막 학습률</translation>
        </message>
        <message>
            <source>Where the polynomial schedule ends.</source>
            <translation>다항식 일정이 끝나는 값.</translation>
        </message>
        <message>
            <source>Lowest share</source>
            <translation>최저 비율</translation>
        </message>
        <message>
            <source>Share of the learning rate at which a schedule ends.</source>
            <translation>일정이 끝날 때의 학습률 비율.</translation>
        </message>
        <message>
            <source>Decay steps</source>
            <translation>감쇠 단계</translation>
        </message>
        <message>
            <source>Length of the last part of warmup_stable_decay.</source>
            <translation>warmup_stable_decay 마지막 부분의 길이.</translation>
        </message>
        <message>
            <source>Time scale</source>
            <translation>시간 눈금</translation>
        </message>
        <message>
            <source>Of the inverse_sqrt schedule; unset: the warm-up.</source>
            <translation>inverse_sqrt 일정의 값. 비우면 준비 단계 수.</translation>
        </message>
        <message>
            <source>Weight decay</source>
            <translation>가중치 감쇠</translation>
        </message>
        <message>
            <source>Pulls weights to zero; never biases and norms.</source>
            <translation>가중치를 0으로 당깁니다. 편향과 정규화는 제외.</translation>
        </message>
        <message>
            <source>Beta 1</source>
            <translation>베타 1</translation>
        </message>
        <message>
            <source>Memory of AdamW's mean.</source>
            <translation>AdamW 평균의 기억.</translation>
        </message>
        <message>
            <source>Beta 2</source>
            <translation>베타 2</translation>
        </message>
        <message>
            <source>Memory of AdamW's variance.</source>
            <translation>AdamW 분산의 기억.</translation>
        </message>
        <message>
            <source>Epsilon</source>
            <translation>엡실론</translation>
        </message>
        <message>
            <source>Keeps AdamW's division finite.</source>
            <translation>AdamW의 나눗셈이 유한하게 합니다.</translation>
        </message>
        <message>
            <source>Gradient clipping</source>
            <translation>기울기 자르기</translation>
        </message>
        <message>
            <source>Longer gradients are scaled down to this; 0 is off.</source>
            <translation>더 긴 기울기는 이 길이로 줄입니다. 0은 끔.</translation>
        </message>
        <message>
            <source>Label smoothing</source>
            <translation>라벨 평활</translation>
        </message>
        <message>
            <source>Share of the target spread over all answers.</source>
            <translation>정답에서 모든 답으로 나누어 주는 비율.</translation>
        </message>
        <message>
            <source>No dropout</source>
            <translation>드롭아웃 없음</translation>
        </message>
        <message>
            <source>Trains without dropout, whatever the model's config says.</source>
            <translation>모델 설정과 상관없이 드롭아웃 없이 훈련합니다.</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>정밀도</translation>
        </message>
        <message>
            <source>f32 is exact; bf16 halves the memory of weights and is faster where the processor has it; fp16 needs CUDA.</source>
            <translation>f32는 정확합니다. bf16은 가중치 메모리를 반으로 줄이고 지원하는 처리기에서 더 빠릅니다. fp16에는 CUDA가 필요합니다.</translation>
        </message>
        <message>
            <source>Padding</source>
            <translation>패딩</translation>
        </message>
        <message>
            <source>packed computes real tokens only; dynamic pads to the longest row of a batch; max_length to the limit.</source>
            <translation>packed는 실제 토큰만 계산합니다. dynamic은 배치의 가장 긴 행까지, max_length는 한도까지 채웁니다.</translation>
        </message>
        <message>
            <source>Order of rows</source>
            <translation>행의 차례</translation>
        </message>
        <message>
            <source>Shuffled each epoch, as in the file, or rows of like length together.</source>
            <translation>에폭마다 섞기, 파일 차례대로, 또는 비슷한 길이끼리.</translation>
        </message>
        <message>
            <source>Evaluation and saving</source>
            <translation>평가와 저장</translation>
        </message>
        <message>
            <source>Evaluate</source>
            <translation>평가</translation>
        </message>
        <message>
            <source>When the validation rows are measured.</source>
            <translation>검증 행을 재는 때.</translation>
        </message>
        <message>
            <source>epoch</source>
            <translation>에폭</translation>
        </message>
        <message>
            <source>Evaluate every</source>
            <translation>평가 간격</translation>
        </message>
        <message>
            <source>Unset: as often as logging.</source>
            <translation>비우면 기록할 때마다.</translation>
        </message>
        <message>
            <source>Evaluate first</source>
            <translation>먼저 평가</translation>
        </message>
        <message>
            <source>Measures once before the first step.</source>
            <translation>첫 단계 전에 한 번 잽니다.</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>저장</translation>
        </message>
        <message>
            <source>When a checkpoint is written.</source>
            <translation>체크포인트를 쓰는 때.</translation>
        </message>
        <message>
            <source>best</source>
            <translation>최고</translation>
        </message>
        <message>
            <source>Save every</source>
            <translation>저장 간격</translation>
        </message>
        <message>
            <source>Steps between checkpoints.</source>
            <translation>체크포인트 사이의 단계 수.</translation>
        </message>
        <message>
            <source>Keep at most</source>
            <translation>최대 보관 수</translation>
        </message>
        <message>
            <source>Older checkpoints are removed; the newest and the best never.</source>
            <translation>오래된 체크포인트를 지웁니다. 가장 새것과 가장 좋은 것은 지우지 않습니다.</translation>
        </message>
        <message>
            <source>checkpoints</source>
            <translation>체크포인트</translation>
        </message>
        <message>
            <source>Log every</source>
            <translation>기록 간격</translation>
        </message>
        <message>
            <source>Steps between two points of the training curves.</source>
            <translation>훈련 곡선의 두 점 사이 단계 수.</translation>
        </message>
        <message>
            <source>Keep the best</source>
            <translation>최고를 남기기</translation>
        </message>
        <message>
            <source>The result is the best checkpoint, not the last.</source>
            <translation>마지막이 아니라 가장 좋은 체크포인트가 결과입니다.</translation>
        </message>
        <message>
            <source>Best by</source>
            <translation>최고의 기준</translation>
        </message>
        <message>
            <source>Validation metric that decides.</source>
            <translation>무엇이 최고인지 정하는 검증 지표.</translation>
        </message>
        <message>
            <source>Greater is better</source>
            <translation>클수록 좋음</translation>
        </message>
        <message>
            <source>Unset: known from the metric's name.</source>
            <translation>비우면 지표 이름으로 압니다.</translation>
        </message>
        <message>
            <source>Early stopping</source>
            <translation>조기 종료</translation>
        </message>
        <message>
            <source>Ends the run after so many evaluations without improvement; unset is off.</source>
            <translation>이만큼 평가해도 나아지지 않으면 끝냅니다. 비우면 끔.</translation>
        </message>
        <message>
            <source>evaluations</source>
            <translation>평가</translation>
        </message>
        <message>
            <source>Least improvement</source>
            <translation>최소 개선</translation>
        </message>
        <message>
            <source>Smaller improvements do not count.</source>
            <translation>이보다 작은 개선은 세지 않습니다.</translation>
        </message>
        <message>
            <source>More</source>
            <translation>더 보기</translation>
        </message>
        <message>
            <source>Gradient checkpointing</source>
            <translation>기울기 체크포인팅</translation>
        </message>
        <message>
            <source>Computes activations twice: much less memory, about a third more time.</source>
            <translation>활성값을 두 번 계산합니다. 메모리는 크게 줄고 시간은 3분의 1쯤 늘어납니다.</translation>
        </message>
        <message>
            <source>Cache frozen layers</source>
            <translation>얼린 층 기억</translation>
        </message>
        <message>
            <source>Keeps the output of frozen layers over epochs instead of computing it again.</source>
            <translation>얼린 층의 출력을 다시 계산하지 않고 에폭마다 씁니다.</translation>
        </message>
        <message>
            <source>Cache memory</source>
            <translation>기억용 메모리</translation>
        </message>
        <message>
            <source>Memory for it; beyond, a mapped file in the run's folder is used.</source>
            <translation>이 메모리를 넘으면 실행 폴더의 파일을 씁니다.</translation>
        </message>
        <message>
            <source>MiB</source>
            <translation>MiB</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>시드</translation>
        </message>
        <message>
            <source>The same seed gives the same run.</source>
            <translation>시드가 같으면 실행도 같습니다.</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>장치</translation>
        </message>
        <message>
            <source>auto, cpu, cuda or cuda:N.</source>
            <translation>auto, cpu, cuda 또는 cuda:N.</translation>
        </message>
        <message>
            <source>Threads</source>
            <translation>스레드</translation>
        </message>
        <message>
            <source>Unset: all cores.</source>
            <translation>비우면 모든 코어.</translation>
        </message>
        <message>
            <source>Sample outputs</source>
            <translation>표본 출력</translation>
        </message>
        <message>
            <source>Validation rows that the model completes before training and after each epoch.</source>
            <translation>훈련 전과 에폭마다 모델이 완성해 보는 검증 행.</translation>
        </message>
        <message>
            <source>Sample length</source>
            <translation>표본 길이</translation>
        </message>
        <message>
            <source>Tokens a sample may have.</source>
            <translation>표본의 최대 토큰 수.</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>라벨</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>종류</translation>
        </message>
        <message>
            <source>Any number of labels a row, or exactly one.</source>
            <translation>행마다 라벨이 몇 개든, 또는 꼭 하나.</translation>
        </message>
        <message>
            <source>Positive weight</source>
            <translation>양성 가중치</translation>
        </message>
        <message>
            <source>Makes rare labels count more: negatives / positives, its square root, or not.</source>
            <translation>드문 라벨을 더 무겁게 봅니다: 음성 / 양성, 그 제곱근, 또는 그대로.</translation>
        </message>
        <message>
            <source>none</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>Weight cap</source>
            <translation>가중치 상한</translation>
        </message>
        <message>
            <source>Largest positive weight.</source>
            <translation>가장 큰 양성 가중치.</translation>
        </message>
        <message>
            <source>Threshold</source>
            <translation>문턱값</translation>
        </message>
        <message>
            <source>Probability above which a label is predicted.</source>
            <translation>이 확률을 넘으면 라벨로 예측합니다.</translation>
        </message>
        <message>
            <source>Reward model</source>
            <translation>보상 모델</translation>
        </message>
        <message>
            <source>Centring</source>
            <translation>중심 맞추기</translation>
        </message>
        <message>
            <source>Pulls the mean reward to zero; 0.01 is usual.</source>
            <translation>평균 보상을 0으로 당깁니다. 보통 0.01.</translation>
        </message>
        <message>
            <source>Trains without dropout.</source>
            <translation>드롭아웃 없이 훈련합니다.</translation>
        </message>
        <message>
            <source>Minimum gap</source>
            <translation>최소 차이</translation>
        </message>
        <message>
            <source>Ratings that differ less make no pair.</source>
            <translation>평점 차이가 이보다 작으면 쌍을 만들지 않습니다.</translation>
        </message>
        <message>
            <source>DPO</source>
            <translation>DPO</translation>
        </message>
        <message>
            <source>Beta</source>
            <translation>베타</translation>
        </message>
        <message>
            <source>How close the model stays to the reference; larger is closer.</source>
            <translation>모델이 기준에 얼마나 가까이 머무는지. 클수록 가깝습니다.</translation>
        </message>
        <message>
            <source>Loss</source>
            <translation>손실</translation>
        </message>
        <message>
            <source>Shape of the loss.</source>
            <translation>손실의 모양.</translation>
        </message>
        <message>
            <source>Share of labels that may be wrong.</source>
            <translation>틀렸을 수 있는 라벨의 비율.</translation>
        </message>
        <message>
            <source>Reference once</source>
            <translation>기준은 한 번만</translation>
        </message>
        <message>
            <source>Computes the reference's log-probabilities once and keeps them.</source>
            <translation>기준의 로그 확률을 한 번 계산해 둡니다.</translation>
        </message>
        <message>
            <source>PPO</source>
            <translation>PPO</translation>
        </message>
        <message>
            <source>Algorithm</source>
            <translation>알고리즘</translation>
        </message>
        <message>
            <source>ppo learns a value model; grpo compares answers within a group.</source>
            <translation>ppo는 가치 모델을 배우고, grpo는 묶음 안의 답을 견줍니다.</translation>
        </message>
        <message>
            <source>PPO epochs</source>
            <translation>PPO 에폭</translation>
        </message>
        <message>
            <source>Passes over each batch of answers.</source>
            <translation>답 배치마다 도는 횟수.</translation>
        </message>
        <message>
            <source>Mini-batches</source>
            <translation>작은 배치</translation>
        </message>
        <message>
            <source>Parts of a batch of answers, one update each.</source>
            <translation>답 배치의 부분. 부분마다 한 번 갱신합니다.</translation>
        </message>
        <message>
            <source>Episodes</source>
            <translation>에피소드</translation>
        </message>
        <message>
            <source>Answers in all; unset: epochs x rows.</source>
            <translation>답의 총수. 비우면 에폭 × 행.</translation>
        </message>
        <message>
            <source>Response length</source>
            <translation>답 길이</translation>
        </message>
        <message>
            <source>Tokens an answer may have.</source>
            <translation>답의 최대 토큰 수.</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>온도</translation>
        </message>
        <message>
            <source>Of sampling and of the update alike.</source>
            <translation>뽑을 때와 갱신할 때 모두의 온도.</translation>
        </message>
        <message>
            <source>KL coefficient</source>
            <translation>KL 계수</translation>
        </message>
        <message>
            <source>Price of moving away from the reference.</source>
            <translation>기준에서 멀어지는 값.</translation>
        </message>
        <message>
            <source>KL estimator</source>
            <translation>KL 추정</translation>
        </message>
        <message>
            <source>k1 is unbiased, k3 has less variance.</source>
            <translation>k1은 치우치지 않고, k3은 분산이 작습니다.</translation>
        </message>
        <message>
            <source>KL control</source>
            <translation>KL 조절</translation>
        </message>
        <message>
            <source>A fixed coefficient, or one that steers to a target.</source>
            <translation>고정 계수, 또는 목표로 이끄는 계수.</translation>
        </message>
        <message>
            <source>KL target</source>
            <translation>KL 목표</translation>
        </message>
        <message>
            <source>Of the adaptive coefficient.</source>
            <translation>적응 계수의 목표.</translation>
        </message>
        <message>
            <source>KL horizon</source>
            <translation>KL 지평</translation>
        </message>
        <message>
            <source>Answers over which the coefficient adapts.</source>
            <translation>계수가 적응하는 답의 수.</translation>
        </message>
        <message>
            <source>Clip range</source>
            <translation>자르기 범위</translation>
        </message>
        <message>
            <source>Largest change of a token's probability ratio that counts.</source>
            <translation>토큰 확률비의 변화 가운데 세는 최대값.</translation>
        </message>
        <message>
            <source>Value weight</source>
            <translation>가치 가중치</translation>
        </message>
        <message>
            <source>Weight of the value loss in the shown loss. The value function has an optimizer of its own, so it learns the same with any weight.</source>
            <translation>표시되는 손실에서 가치 손실이 갖는 가중치. 가치 함수는 최적화기가 따로 있어 가중치가 달라도 똑같이 학습합니다.</translation>
        </message>
        <message>
            <source>Value clip range</source>
            <translation>가치 자르기 범위</translation>
        </message>
        <message>
            <source>Largest change of a value that counts.</source>
            <translation>가치의 변화 가운데 세는 최대값.</translation>
        </message>
        <message>
            <source>Gamma</source>
            <translation>감마</translation>
        </message>
        <message>
            <source>Discount of later rewards.</source>
            <translation>나중 보상의 할인율.</translation>
        </message>
        <message>
            <source>Lambda</source>
            <translation>람다</translation>
        </message>
        <message>
            <source>Of generalised advantage estimation.</source>
            <translation>일반화 이점 추정의 람다.</translation>
        </message>
        <message>
            <source>Whiten rewards</source>
            <translation>보상 표준화</translation>
        </message>
        <message>
            <source>Scales rewards of a batch to variance 1.</source>
            <translation>배치의 보상을 분산 1로 맞춥니다.</translation>
        </message>
        <message>
            <source>Missing end penalty</source>
            <translation>끝없음 벌점</translation>
        </message>
        <message>
            <source>Taken from the score of an answer that does not end; 1.0 is recommended.</source>
            <translation>끝나지 않는 답의 점수에서 뺍니다. 1.0을 권합니다.</translation>
        </message>
        <message>
            <source>Stop token</source>
            <translation>멈춤 토큰</translation>
        </message>
        <message>
            <source>"eos" ends an answer there; unset: full length.</source>
            <translation>"eos"면 거기서 답이 끝납니다. 비우면 끝까지.</translation>
        </message>
        <message>
            <source>How often samples are shown during the run.</source>
            <translation>실행 동안 표본을 보이는 횟수.</translation>
        </message>
        <message>
            <source>Rollout batch</source>
            <translation>생성 배치</translation>
        </message>
        <message>
            <source>Answers generated side by side.</source>
            <translation>나란히 생성하는 답의 수.</translation>
        </message>
        <message>
            <source>A run's folder or model that scores answers.</source>
            <translation>답에 점수를 매기는 실행 폴더나 모델.</translation>
        </message>
        <message>
            <source>Its weight</source>
            <translation>그 가중치</translation>
        </message>
        <message>
            <source>Of the reward model beside the rules.</source>
            <translation>규칙에 견준 보상 모델의 가중치.</translation>
        </message>
        <message>
            <source>Reward rules</source>
            <translation>보상 규칙</translation>
        </message>
        <message>
            <source>Rules that score answers, each with an optional *weight.</source>
            <translation>답에 점수를 매기는 규칙. 각각 *가중치를 붙일 수 있습니다.</translation>
        </message>
        <message>
            <source>Column that rules compare with.</source>
            <translation>규칙이 견주는 열.</translation>
        </message>
        <message>
            <source>Group size</source>
            <translation>묶음 크기</translation>
        </message>
        <message>
            <source>Answers a prompt.</source>
            <translation>프롬프트마다 답의 수.</translation>
        </message>
        <message>
            <source>Scale rewards</source>
            <translation>보상 나누기</translation>
        </message>
        <message>
            <source>Divides a group's advantages by its standard deviation.</source>
            <translation>묶음의 이점을 표준 편차로 나눕니다.</translation>
        </message>
        <message>
            <source>Pause at KL</source>
            <translation>KL에서 일시 정지</translation>
        </message>
        <message>
            <source>Pauses the run when the mean KL of an update is above this; unset is off.</source>
            <translation>갱신의 평균 KL이 이 값을 넘으면 멈춥니다. 비우면 끔.</translation>
        </message>
        <message>
            <source>Output folder</source>
            <translation>출력 폴더</translation>
        </message>
        <message>
            <source>Where the run is written.</source>
            <translation>실행을 쓰는 곳.</translation>
        </message>
        <message>
            <source>Dedup threshold</source>
            <translation>중복 제거 임계값</translation>
        </message>
        <message>
            <source>Training rows that are more similar than this to a kept one, or to a validation row, are left out. Empty: none.</source>
            <translation>남긴 행이나 검증 행과 이보다 더 비슷한 학습 행은 빼고 학습합니다. 비워 두면 빼지 않습니다.</translation>
        </message>
        <message>
            <source>Dedup encoder</source>
            <translation>중복 제거 인코더</translation>
        </message>
        <message>
            <source>The model that says how similar two rows are.</source>
            <translation>두 행이 얼마나 비슷한지 알려 주는 모델입니다.</translation>
        </message>
        <message>
            <source>Grid</source>
            <translation>격자</translation>
        </message>
        <message>
            <source>The grid that this run is a cell of.</source>
            <translation>이 실행이 속한 격자입니다.</translation>
        </message>
        <message>
            <source>Weight of the chosen answer</source>
            <translation>고른 답의 가중치</translation>
        </message>
        <message>
            <source>Also trains on the chosen answers, with this weight; keeps them from becoming unlikely. Empty: none.</source>
            <translation>이 가중치로 고른 답도 함께 학습합니다. 고른 답의 확률이 떨어지지 않게 합니다. 비워 두면 쓰지 않습니다.</translation>
        </message>
    </context>
</TS>
